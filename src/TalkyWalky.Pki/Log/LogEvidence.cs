using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// A file that proves to anyone who knows the log's key that its holder lied (docs/protocol.md section 3): canonical JSON, checked without asking anybody.
/// </summary>
public abstract record LogEvidence
{
    /// <summary>Bytes of a file.</summary>
    public const int MaxFile = 256 * 1024;

    private const int MaxPath = 64;

    private LogEvidence() { }

    /// <summary>By which statements the log's key had been replaced until then.</summary>
    public IReadOnlyList<byte[]> Keys { get; init; } = [];

    /// <summary>The log signed two trees of which the larger does not begin with the smaller: it showed different logs to different people, or went back.</summary>
    /// <param name="Smaller">Token of a tree head, a user head or a statement of the log's next key.</param>
    /// <param name="Larger">The same, of a tree at least as large.</param>
    /// <param name="Root">What the larger tree's first leaves hash to, as many as the smaller has.</param>
    /// <param name="Path">The consistency proof from <paramref name="Root"/> to the larger tree; empty when both are of one size.</param>
    public sealed record SplitView(byte[] Smaller, byte[] Larger, Digest Root, IReadOnlyList<Digest> Path) : LogEvidence;

    /// <summary>The log said of a device list that it is the newest of a person, while another of the same or a higher number stood in the same tree.</summary>
    /// <param name="Head">Token of a user head.</param>
    /// <param name="Leaf">The other list.</param>
    /// <param name="Path">Its audit path in the head's tree.</param>
    public sealed record HiddenList(byte[] Head, byte[] Leaf, ulong Index, IReadOnlyList<Digest> Path) : LogEvidence;

    /// <summary>A key of the log named two keys that come next: whoever has it made a second log.</summary>
    /// <param name="One">Token of a statement by the last of <see cref="Keys"/>.</param>
    /// <param name="Other">Another one.</param>
    public sealed record KeyFork(byte[] One, byte[] Other) : LogEvidence;

    /// <summary>A sentence that says what is proven; null when nothing is.</summary>
    /// <param name="key">The trust anchor's.</param>
    public string? Verify(LogKey key) => LogKeys.TryRead(key, Keys) is not { } keys ? null : this switch
    {
        SplitView split => Verify(split, keys),
        HiddenList hidden => Verify(hidden, keys),
        KeyFork fork => Verify(fork, keys),
        _ => null,
    };

    public byte[] Encode()
    {
        using var json = new CanonicalJsonWriter(4096);
        switch (this)
        {
            case SplitView split:
                json.Raw("{\"v\":1,\"kind\":\"split-view\",\"smaller\":"u8).Token(split.Smaller).Raw(",\"larger\":"u8).Token(split.Larger);
                json.Raw(",\"root\":"u8).Base64Url(split.Root.ToArray());
                WritePath(json, split.Path);
                break;
            case HiddenList hidden:
                json.Raw("{\"v\":1,\"kind\":\"hidden-list\",\"head\":"u8).Token(hidden.Head).Raw(",\"leaf\":"u8).Base64Url(hidden.Leaf);
                json.Raw(",\"index\":"u8).Number(checked((long)hidden.Index));
                WritePath(json, hidden.Path);
                break;
            case KeyFork fork:
                json.Raw("{\"v\":1,\"kind\":\"key-fork\",\"one\":"u8).Token(fork.One).Raw(",\"other\":"u8).Token(fork.Other);
                break;
        }

        WriteKeys(json, Keys);
        return json.Written.ToArray();
    }

    /// <summary>Null for what is not exactly such a file. Proves nothing yet.</summary>
    public static LogEvidence? TryRead(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxFile) return null;
        var reader = new CanonicalJsonReader(file);
        if (reader.Literal("{\"v\":1,\"kind\":\"split-view\",\"smaller\":"u8))
        {
            return reader.Token(UserHead.MaxSize, out var smaller)
                && reader.Literal(",\"larger\":"u8) && reader.Token(UserHead.MaxSize, out var larger)
                && reader.Literal(",\"root\":"u8) && reader.Digest(out var root)
                && ReadPath(ref reader) is { } path && ReadKeys(ref reader) is { } keys
                    ? new SplitView(smaller, larger, root, path) { Keys = keys }
                    : null;
        }

        if (reader.Literal("{\"v\":1,\"kind\":\"key-fork\",\"one\":"u8))
        {
            return reader.Token(LogKeyStatement.MaxSize, out var one)
                && reader.Literal(",\"other\":"u8) && reader.Token(LogKeyStatement.MaxSize, out var other)
                && ReadKeys(ref reader) is { } keys
                    ? new KeyFork(one, other) { Keys = keys }
                    : null;
        }

        return reader.Literal("{\"v\":1,\"kind\":\"hidden-list\",\"head\":"u8)
            && reader.Token(UserHead.MaxSize, out var head)
            && reader.Literal(",\"leaf\":"u8) && reader.Bytes(LogEntry.MaxSize, out var leaf)
            && reader.Literal(",\"index\":"u8) && reader.Number(LogJson.MaxNumber, out var index)
            && ReadPath(ref reader) is { } leafPath && ReadKeys(ref reader) is { } hiddenKeys
                ? new HiddenList(head, leaf, (ulong)index, leafPath) { Keys = hiddenKeys }
                : null;
    }

    private static string? Verify(SplitView split, LogKeys keys)
    {
        if (SignedTree.TryVerify(split.Smaller, keys) is not { } smaller || SignedTree.TryVerify(split.Larger, keys) is not { } larger || smaller.Size > larger.Size || split.Root == smaller.Root) return null;
        if (!MerkleProof.VerifyConsistency(split.Root, smaller.Size, larger.Root, larger.Size, split.Path)) return null;
        return $"The log's key signed a tree of {smaller.Size} entries on {smaller.Time:u} and one of {larger.Size} entries on {larger.Time:u} which does not begin with it: different people were shown different logs, or the log went back.";
    }

    private static string? Verify(HiddenList hidden, LogKeys keys)
    {
        if (UserHead.TryVerify(hidden.Head, keys) is not { } head || LogEntry.TryRead(hidden.Leaf) is not DeviceList list) return null;
        var hash = MerkleProof.HashLeaf(hidden.Leaf);
        if (list.User != head.User || hash == head.Leaf || list.Seq < head.Seq) return null;
        if (!MerkleProof.VerifyInclusion(head.Root, head.Size, hidden.Index, hash, hidden.Path)) return null;
        return $"The log's key said on {head.Time:u} that device list {head.Seq} of {head.User} is the newest, while list {list.Seq} of that person, another one, stood in the same log at {hidden.Index}.";
    }

    private static string? Verify(KeyFork fork, LogKeys keys)
    {
        if (keys.TryAppend(fork.One) is not { Statements: [.., var one] } || keys.TryAppend(fork.Other) is not { Statements: [.., var other] } || one == other) return null;
        return $"The log's key said on {one.Time:u} that the key {one.Key.Hash} comes after it from {one.Size} entries on, and on {other.Time:u} that it is the key {other.Key.Hash} from {other.Size} entries on: whoever has it made a second log.";
    }

    private static void WritePath(CanonicalJsonWriter json, IReadOnlyList<Digest> path)
    {
        json.Raw(",\"path\":["u8);
        for (var i = 0; i < path.Count; i++) json.Raw(i == 0 ? default : ","u8).Base64Url(path[i].ToArray());
        json.Raw("]"u8);
    }

    private static List<Digest>? ReadPath(ref CanonicalJsonReader reader)
    {
        if (!reader.Literal(",\"path\":["u8)) return null;
        var path = new List<Digest>();
        if (reader.Literal("]"u8)) return path;
        do
        {
            if (path.Count == MaxPath || !reader.Digest(out var hash)) return null;
            path.Add(hash);
        }
        while (reader.Literal(","u8));
        return reader.Literal("]"u8) ? path : null;
    }

    private static void WriteKeys(CanonicalJsonWriter json, IReadOnlyList<byte[]> keys)
    {
        for (var i = 0; i < keys.Count; i++) json.Raw(i == 0 ? ",\"keys\":["u8 : ","u8).Token(keys[i]);
        json.Raw(keys.Count == 0 ? "}"u8 : "]}"u8);
    }

    // The last member; left out when there are none.
    private static List<byte[]>? ReadKeys(ref CanonicalJsonReader reader)
    {
        var keys = new List<byte[]>();
        if (reader.Literal(",\"keys\":["u8))
        {
            do
            {
                if (keys.Count == LogKeys.MaxChanges || !reader.Token(LogKeyStatement.MaxSize, out var token)) return null;
                keys.Add(token);
            }
            while (reader.Literal(","u8));
            if (!reader.Literal("]"u8)) return null;
        }

        return reader.Literal("}"u8) && reader.AtEnd ? keys : null;
    }
}
