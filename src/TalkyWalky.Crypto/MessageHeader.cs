using System.Buffers.Binary;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The protected header of a message: all that the way of a message may show.</summary>
/// <param name="N">Not bounded yet: the session refuses what is too far.</param>
internal readonly record struct MessageHeader(SessionId Session, int N, UInt128 Salt)
{
    // The longest one has 169: n of ten digits, sid of 43 characters, salt of 22.
    private const int MaxJson = 192;

    public MessageHeader(SessionId session, int n, ReadOnlySpan<byte> salt)
        : this(session, n, BinaryPrimitives.ReadUInt128BigEndian(salt)) { }

    public byte[] Encode()
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        using var json = new CanonicalJsonWriter(MaxJson);
        json.Raw("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"typ\":\"tw-message\",\"suite\":\""u8).Raw(Suite.Utf8).Raw("\",\"sid\":"u8);
        Session.Value.Write(bytes);
        json.Base64Url(bytes).Raw(",\"n\":"u8).Number(N).Raw(",\"salt\":"u8);
        WriteSalt(bytes);
        return json.Base64Url(bytes[..KeySchedule.SaltSize]).Raw("}"u8).Written.ToArray();
    }

    public void WriteSalt(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Salt);

    public static MessageHeader? TryParse(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > StrictBase64Url.EncodedLength(MaxJson)) return null;
        Span<byte> json = stackalloc byte[StrictBase64Url.DecodedLength(encoded.Length)];
        if (!StrictBase64Url.TryDecode(encoded, json)) return null;
        Span<byte> session = stackalloc byte[Digest.Size];
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        var reader = new CanonicalJsonReader(json);
        return reader.Literal("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"typ\":\"tw-message\",\"suite\":\""u8)
            && reader.Literal(Suite.Utf8)
            && reader.Literal("\",\"sid\":"u8)
            && reader.Base64Url(session)
            && reader.Literal(",\"n\":"u8)
            && reader.Number(int.MaxValue, out var n)
            && reader.Literal(",\"salt\":"u8)
            && reader.Base64Url(salt)
            && reader.Literal("}"u8)
            && reader.AtEnd
            && SessionId.TryRead(session, out var id)
                ? new MessageHeader(id, (int)n, salt)
                : null;
    }
}
