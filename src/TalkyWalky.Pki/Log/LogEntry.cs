using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Pki.Log;

/// <summary>One leaf of the transparency log (docs/protocol.md section 3): canonical JSON, one text for one entry.</summary>
/// <param name="Time">When it was logged, whole milliseconds; never before that of an earlier leaf.</param>
public abstract record LogEntry(DateTimeOffset Time)
{
    /// <summary>Bytes of one leaf.</summary>
    public const int MaxSize = 96 * 1024;

    /// <summary>The leaf's data; its hash is <see cref="MerkleProof.HashLeaf"/> of it.</summary>
    public byte[] Encode()
    {
        using var json = new CanonicalJsonWriter(1024);
        Write(json);
        return json.Written.ToArray();
    }

    /// <summary>Null for what is not exactly an entry.</summary>
    public static LogEntry? TryRead(ReadOnlySpan<byte> leaf)
    {
        if (leaf.Length > MaxSize) return null;
        var reader = new CanonicalJsonReader(leaf);
        if (!reader.Literal("{\"v\":1,\"kind\":"u8) || !reader.String(16, out var kind) || !reader.Literal(",\"time\":"u8) || !reader.Time(out var time)) return null;
        LogEntry? entry = kind switch
        {
            "certificate" => LoggedCertificate.ReadRest(ref reader, time),
            "revocation" => LoggedRevocation.ReadRest(ref reader, time),
            "commit" => LoggedCommit.ReadRest(ref reader, time),
            "approval" => LoggedApproval.ReadRest(ref reader, time),
            "log-key" => LoggedKey.ReadRest(ref reader, time),
            "devices" => DeviceList.ReadRest(ref reader, time),
            _ => null,
        };
        return entry is not null && reader.AtEnd ? entry : null;
    }

    internal abstract void Write(CanonicalJsonWriter json);

    private protected CanonicalJsonWriter Start(CanonicalJsonWriter json, ReadOnlySpan<byte> kind) =>
        json.Raw("{\"v\":1,\"kind\":\""u8).Raw(kind).Raw("\",\"time\":"u8).Time(Time);
}
