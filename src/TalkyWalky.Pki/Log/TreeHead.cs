using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>What the whole log is at one time (docs/protocol.md section 3): JWS of type <see cref="JwsType.TreeHead"/> over canonical JSON, by the log's key.</summary>
/// <param name="Size">Leaves; 1 at least.</param>
/// <param name="Time">Of the signature, whole milliseconds.</param>
public sealed record TreeHead(ulong Size, Digest Root, DateTimeOffset Time)
{
    /// <summary>Characters of a token.</summary>
    public const int MaxSize = 512;

    /// <summary>How old one may be for sending.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(ECDsa key)
    {
        using var json = new CanonicalJsonWriter(256);
        json.Raw("{\"v\":1"u8);
        WriteTree(json, Size, Root);
        json.Raw(",\"time\":"u8).Number(Time.ToUnixTimeMilliseconds()).Raw("}"u8);
        return Jws.Sign(JwsType.TreeHead, key, json.Written);
    }

    /// <summary>Null unless the key of the log signed it that signs trees of its size at its time.</summary>
    public static TreeHead? TryVerify(ReadOnlySpan<byte> compact, LogKeys keys) => TryRead(compact, out var token) is { } head && keys.Signed(token!, head.Size, head.Time) ? head : null;

    /// <summary>Whoever signed it. Null for what is not exactly a tree head.</summary>
    public static TreeHead? TryRead(ReadOnlySpan<byte> compact) => TryRead(compact, out _);

    private static TreeHead? TryRead(ReadOnlySpan<byte> compact, out Jws? token)
    {
        token = compact.Length > MaxSize ? null : Jws.TryParse(JwsType.TreeHead, compact);
        if (token is null) return null;
        var reader = new CanonicalJsonReader(token.Payload.Span);
        return reader.Literal("{\"v\":1"u8)
            && ReadTree(ref reader, out var size, out var root)
            && reader.Literal(",\"time\":"u8)
            && reader.Number(LogJson.MaxTime, out var time)
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new TreeHead(size, root, DateTimeOffset.FromUnixTimeMilliseconds(time))
                : null;
    }

    internal static void WriteTree(CanonicalJsonWriter json, ulong size, Digest root) =>
        json.Raw(",\"size\":"u8).Number(checked((long)size)).Raw(",\"root\":"u8).Base64Url(root.ToArray());

    internal static bool ReadTree(ref CanonicalJsonReader reader, out ulong size, out Digest root)
    {
        (size, root) = (0, default);
        Span<byte> bytes = stackalloc byte[Digest.Size];
        if (!reader.Literal(",\"size\":"u8) || !reader.Number(LogJson.MaxNumber, out var number) || number == 0) return false;
        size = (ulong)number;
        return reader.Literal(",\"root\":"u8) && reader.Base64Url(bytes) && Digest.TryRead(bytes, out root);
    }
}
