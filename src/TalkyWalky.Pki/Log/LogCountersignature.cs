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
        TryRead(compact, out var token) is { } read && read.Auditor == auditor.Hash && auditor.Signed(token!) ? read : null;

    /// <summary>Token of the head that was countersigned, whoever did: the log's own signature on it says enough of what the log was. Null for anything else.</summary>
    public static ReadOnlyMemory<byte>? TryReadHead(ReadOnlySpan<byte> compact) => TryRead(compact, out _)?.Head;

    private static LogCountersignature? TryRead(ReadOnlySpan<byte> compact, out Jws? token)
    {
        token = compact.Length > MaxSize ? null : Jws.TryParse(JwsType.LogAudit, compact);
        if (token is null) return null;
        var reader = new CanonicalJsonReader(token.Payload.Span);
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
