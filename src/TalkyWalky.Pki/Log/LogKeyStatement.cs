using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// The last word of a key of the log: which key comes next, and which tree is the last that it signs (docs/protocol.md section 3.2). JWS of type <see cref="JwsType.LogKey"/> over canonical JSON.
/// Verified as a link of <see cref="LogKeys"/>.
/// </summary>
/// <param name="Key">The next key.</param>
/// <param name="Size">Leaves of the last tree; 1 at least. The statement itself is the next leaf.</param>
/// <param name="Time">After which the key signs nothing, whole milliseconds.</param>
public sealed record LogKeyStatement(LogKey Key, ulong Size, Digest Root, DateTimeOffset Time)
{
    /// <summary>Characters of a token.</summary>
    public const int MaxSize = 640;

    private const int InfoSize = 91;

    /// <summary>The compact JWS.</summary>
    /// <param name="key">The one that ends.</param>
    public byte[] Sign(ECDsa key)
    {
        using var json = new CanonicalJsonWriter(512);
        json.Raw("{\"v\":1,\"key\":"u8).Base64Url(Key.Info.Span);
        TreeHead.WriteTree(json, Size, Root);
        json.Raw(",\"time\":"u8).Time(Time).Raw("}"u8);
        return Jws.Sign(JwsType.LogKey, key, json.Written);
    }

    /// <summary>Whoever signed it. Null for what is not exactly a statement.</summary>
    public static LogKeyStatement? TryRead(ReadOnlySpan<byte> compact) => TryRead(compact, out _);

    internal static LogKeyStatement? TryRead(ReadOnlySpan<byte> compact, out Jws? token)
    {
        token = null;
        if (compact.Length > MaxSize || Jws.TryParse(JwsType.LogKey, compact) is not { } parsed) return null;
        token = parsed;
        var reader = new CanonicalJsonReader(parsed.Payload.Span);
        return reader.Literal("{\"v\":1,\"key\":"u8) && reader.Bytes(InfoSize, out var info) && LogKey.TryRead(info) is { } next
            && TreeHead.ReadTree(ref reader, out var size, out var root)
            && reader.Literal(",\"time\":"u8) && reader.Time(out var time)
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new LogKeyStatement(next, size, root, time)
                : null;
    }
}
