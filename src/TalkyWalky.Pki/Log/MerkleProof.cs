using System.Numerics;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>Hashing and proof checks of RFC 6962 trees, by the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2.</summary>
public static class MerkleProof
{
    /// <summary>SHA-256(0x00 || data): the prefix keeps leaves and nodes apart (RFC 6962 §2.1).</summary>
    public static Digest HashLeaf(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(data);
        Span<byte> bytes = stackalloc byte[Digest.Size];
        hash.GetHashAndReset(bytes);
        return Digest.TryRead(bytes, out var digest) ? digest : default;
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static Digest HashNode(Digest left, Digest right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Digest.Size)];
        input[0] = 1;
        left.Write(input[1..]);
        right.Write(input[(1 + Digest.Size)..]);
        return Digest.Sha256(input);
    }

    /// <summary>True when the leaf stands at this index of the tree of this size.</summary>
    public static bool VerifyInclusion(Digest root, ulong treeSize, ulong index, Digest leaf, IReadOnlyList<Digest> path)
    {
        if (index >= treeSize) return false;
        var (at, last, hash) = (index, treeSize - 1, leaf);
        foreach (var sibling in path)
        {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last)
            {
                hash = HashNode(sibling, hash);
                Ascend(ref at, ref last);
            }
            else
            {
                hash = HashNode(hash, sibling);
            }

            at >>= 1;
            last >>= 1;
        }

        return last == 0 && hash == root;
    }

    /// <summary>True when the larger tree begins with the smaller one. Nothing is consistent with an empty tree: it says nothing.</summary>
    public static bool VerifyConsistency(Digest oldRoot, ulong oldSize, Digest newRoot, ulong newSize, IReadOnlyList<Digest> proof)
    {
        if (oldSize == 0 || oldSize > newSize) return false;
        if (oldSize == newSize) return proof.Count == 0 && oldRoot == newRoot;
        if (proof.Count == 0) return false;
        // An old tree that is a whole subtree of the new one is its own first node (RFC 9162 §2.1.4.2 step 2).
        var next = 0;
        var start = BitOperations.IsPow2(oldSize) ? oldRoot : proof[next++];
        var (oldHash, newHash) = (start, start);
        var (at, last) = (oldSize - 1, newSize - 1);
        while ((at & 1) == 1)
        {
            at >>= 1;
            last >>= 1;
        }

        for (; next < proof.Count; next++)
        {
            if (last == 0) return false;
            if ((at & 1) == 1 || at == last)
            {
                oldHash = HashNode(proof[next], oldHash);
                newHash = HashNode(proof[next], newHash);
                Ascend(ref at, ref last);
            }
            else
            {
                newHash = HashNode(newHash, proof[next]);
            }

            at >>= 1;
            last >>= 1;
        }

        return last == 0 && oldHash == oldRoot && newHash == newRoot;
    }

    // A right-most node without a sibling stands for itself on the level above, until it has one.
    private static void Ascend(ref ulong at, ref ulong last)
    {
        while ((at & 1) == 0 && at != 0)
        {
            at >>= 1;
            last >>= 1;
        }
    }
}
