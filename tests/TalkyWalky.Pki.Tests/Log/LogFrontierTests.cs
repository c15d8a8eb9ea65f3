using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>Read leaf by leaf, a log has at each size the root of the whole tree.</summary>
public sealed class LogFrontierTests
{
    [Fact]
    public void Root_AtEachSize_IsTheTrees()
    {
        var (frontier, leaves) = (new LogFrontier(), new List<Digest>());
        for (var size = 0; size <= 300; size++)
        {
            Assert.Equal((ulong)size, frontier.Size);
            Assert.Equal(new MerkleTree(leaves).Root, frontier.Root);
            leaves.Add(MerkleProof.HashLeaf(BitConverter.GetBytes(size)));
            frontier.Append(leaves[^1]);
        }
    }
}
