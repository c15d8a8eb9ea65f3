using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// An auditor replayed the log up to a head and found no fault (docs/protocol.md section 3.4): JWS of type <see cref="JwsType.LogAudit"/> over canonical JSON, by the auditor's own P-256 key.
/// </summary>
/// <param name="Head">The tw-tree-head token.</param>
/// <param name="Auditor">SHA-256 of the auditor's SubjectPublicKeyInfo.</param>
/// <param name="Time">Of the audit, whole milliseconds.</param>
public sealed record LogCountersignature(ReadOnlyMemory<byte> Head, Digest Auditor, DateTimeOffset Time)
{
    /// <summary>Characters of a token.</summary>
    public const int MaxSize = 2048;

    /// <summary>The compact JWS.</summary>
    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> head, DateTimeOffset time)
    {
        using var json = new CanonicalJsonWriter(1024);
        json.Raw("{\"v\":1,\"head\":"u8).Token(head).Raw(",\"auditor\":"u8).Base64Url(LogKey.Of(key).Hash.ToArray()).Raw(",\"time\":"u8).Time(time).Raw("}"u8);
        return Jws.Sign(JwsType.LogAudit, key, json.Written);
    }

    /// <summary>Null unless this auditor signed it.</summary>
    public static LogCountersignature? TryVerify(ReadOnlySpan<byte> compact, LogKey auditor) =>
        auditor.TryVerify(JwsType.LogAudit, compact, MaxSize) is { } payload && TryRead(payload.Span) is { } read && read.Auditor == auditor.Hash ? read : null;

    /// <summary>The head that was countersigned, whoever did: the log's own signature on it says enough of what the log was. Null for anything else.</summary>
    public static TreeHead? TryReadHead(ReadOnlySpan<byte> compact, LogKey log) =>
        compact.Length <= MaxSize && Jws.TryParse(JwsType.LogAudit, compact) is { } token && TryRead(token.Payload.Span) is { } read ? TreeHead.TryVerify(read.Head.Span, log) : null;

    private static LogCountersignature? TryRead(ReadOnlySpan<byte> payload)
    {
        var reader = new CanonicalJsonReader(payload);
        return reader.Literal("{\"v\":1,\"head\":"u8)
            && reader.Token(TreeHead.MaxSize, out var head)
            && reader.Literal(",\"auditor\":"u8) && reader.Digest(out var hash)
            && reader.Literal(",\"time\":"u8) && reader.Time(out var time)
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new LogCountersignature(head, hash, time)
                : null;
    }
}
