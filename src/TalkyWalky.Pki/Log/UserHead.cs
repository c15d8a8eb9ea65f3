using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>
/// Which of a person's device lists is the newest, for an hour at most (docs/protocol.md section 3): JWS of type <see cref="JwsType.UserHead"/> over canonical JSON, by the log's key.
/// Inclusion in the log alone cannot say "newest".
/// </summary>
/// <param name="Seq">Of the newest list.</param>
/// <param name="Leaf">Its leaf hash.</param>
/// <param name="Index">Where it stands in the log.</param>
/// <param name="Size">Of the tree at the time of the signature; no leaf of it is a later list of this person.</param>
public sealed record UserHead(UserId User, ulong Seq, Digest Leaf, ulong Index, ulong Size, Digest Root, DateTimeOffset Time, DateTimeOffset Expires)
{
    /// <summary>Characters of a token.</summary>
    public const int MaxSize = 1024;

    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(1);

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(ECDsa key)
    {
        using var json = new CanonicalJsonWriter(512);
        json.Raw("{\"v\":1,\"user\":"u8).String(User.ToString()).Raw(",\"seq\":"u8).Number(checked((long)Seq)).Raw(",\"leaf\":"u8).Base64Url(Leaf.ToArray());
        json.Raw(",\"index\":"u8).Number(checked((long)Index));
        TreeHead.WriteTree(json, Size, Root);
        json.Raw(",\"time\":"u8).Number(Time.ToUnixTimeMilliseconds()).Raw(",\"expires\":"u8).Number(Expires.ToUnixTimeMilliseconds()).Raw("}"u8);
        return Jws.Sign(JwsType.UserHead, key, json.Written);
    }

    /// <summary>Null unless the key of the log signed it that signs trees of its size at its time. Compares no clock: the caller holds <see cref="Time"/> and <see cref="Expires"/> against its own.</summary>
    public static UserHead? TryVerify(ReadOnlySpan<byte> compact, LogKeys keys) => TryRead(compact, out var token) is { } head && keys.Signed(token!, head.Size, head.Time) ? head : null;

    /// <summary>Whoever signed it. Null for what is not exactly a user head.</summary>
    public static UserHead? TryRead(ReadOnlySpan<byte> compact) => TryRead(compact, out _);

    private static UserHead? TryRead(ReadOnlySpan<byte> compact, out Jws? token)
    {
        token = compact.Length > MaxSize ? null : Jws.TryParse(JwsType.UserHead, compact);
        if (token is null) return null;
        var reader = new CanonicalJsonReader(token.Payload.Span);
        Span<byte> leaf = stackalloc byte[Digest.Size];
        return reader.Literal("{\"v\":1,\"user\":"u8)
            && reader.String(36, out var userText) && UserId.TryParse(userText, out var user)
            && reader.Literal(",\"seq\":"u8)
            && reader.Number(LogJson.MaxNumber, out var seq) && seq > 0
            && reader.Literal(",\"leaf\":"u8)
            && reader.Base64Url(leaf) && Digest.TryRead(leaf, out var hash)
            && reader.Literal(",\"index\":"u8)
            && reader.Number(LogJson.MaxNumber, out var index)
            && TreeHead.ReadTree(ref reader, out var size, out var root) && (ulong)index < size
            && reader.Literal(",\"time\":"u8)
            && reader.Number(LogJson.MaxTime, out var time)
            && reader.Literal(",\"expires\":"u8)
            && reader.Number(LogJson.MaxTime, out var expires) && expires >= time && expires - time <= MaxLife.TotalMilliseconds
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new UserHead(user, (ulong)seq, hash, (ulong)index, size, root, DateTimeOffset.FromUnixTimeMilliseconds(time), DateTimeOffset.FromUnixTimeMilliseconds(expires))
                : null;
    }
}
