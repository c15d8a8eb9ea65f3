using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;

namespace TalkyWalky.Client.Tests.Log;

/// <summary>A transparency log in memory, with its key, and a gateway that answers from it.</summary>
internal sealed class MadeLog : IDisposable
{
    private readonly List<(byte[] Data, Digest Hash)> _leaves = [];
    private ECDsa _key;

    public MadeLog()
    {
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Keys = LogKeys.Of(LogKey.Of(_key));
    }

    private MadeLog(ECDsa key, LogKeys keys, IEnumerable<(byte[] Data, Digest Hash)> leaves)
    {
        (_key, Keys) = (key, keys);
        _leaves.AddRange(leaves);
    }

    /// <summary>The first.</summary>
    public LogKey Key => Keys.First;

    public LogKeys Keys { get; private set; }

    public TrustAnchor Anchor => TrustAnchor.FromRoot([1], Key);

    public ulong Size => (ulong)_leaves.Count;

    /// <summary>Another log under the present key that begins with these leaves of this one.</summary>
    public MadeLog Fork(ulong size)
    {
        var key = ECDsa.Create(_key.ExportParameters(includePrivateParameters: true));
        return new MadeLog(key, Keys, _leaves.Take((int)size));
    }

    public void Grow(int leaves, string what = "leaf")
    {
        for (var n = 0; n < leaves; n++) Add(Encoding.UTF8.GetBytes($"{what} {Size}"));
    }

    /// <summary>Returns the index.</summary>
    public ulong Add(byte[] leaf)
    {
        _leaves.Add((leaf, MerkleProof.HashLeaf(leaf)));
        return Size - 1;
    }

    /// <summary>Another key signs from now on.</summary>
    public async Task ReplaceKeyAsync(DateTimeOffset time)
    {
        var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var statement = new LogKeyStatement(LogKey.Of(next), Size, await RootAsync(Size), DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()));
        var token = statement.Sign(_key);
        Keys = Keys.TryAppend(token)!;
        Add(new LoggedKey(statement.Time, token).Encode());
        _key.Dispose();
        _key = next;
    }

    public Task<Digest> RootAsync(ulong size) => Task.FromResult(Answer(LogTree.Root(size))[0]);

    public Task<IReadOnlyList<Digest>> PathAsync(ulong index, ulong size) => Task.FromResult(Answer(LogTree.Inclusion(index, size)));

    public async Task<byte[]> HeadAsync(DateTimeOffset time, ulong? size = null) =>
        new TreeHead(size ?? Size, await RootAsync(size ?? Size), DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds())).Sign(_key);

    public byte[] Sign(UserHead head) => head.Sign(_key);

    /// <summary>What an honest gateway answers.</summary>
    public async Task<ServerFrame?> AnswerAsync(ClientFrame frame)
    {
        var fetch = frame.FetchConsistency;
        if (fetch.Second > Size) return new ServerFrame { Refused = new Refused { Code = RefusalCode.NotAllowed, Text = "the log has not so many entries" } };
        var answer = new Consistency { FirstRoot = Bytes(await RootAsync(fetch.First)), SecondRoot = Bytes(await RootAsync(fetch.Second)) };
        answer.Path.AddRange(Answer(LogTree.Consistency(fetch.First, fetch.Second)).Select(Bytes));
        return new ServerFrame { Consistency = answer };
    }

    public void Dispose() => _key.Dispose();

    public static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());

    private IReadOnlyList<Digest> Answer(LogQuestion question) => question.Answer(question.Tiles.ToDictionary(static tile => tile, tile =>
        (IReadOnlyList<Digest>)(tile.Level == 0 ? [.. _leaves.Skip((int)tile.First).Take(tile.Count).Select(static leaf => leaf.Hash)] : [])));
}
