using System.Buffers.Binary;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The two kinds of JWE that a session's keys seal.</summary>
/// <param name="MaxN">The grammar's bound; a session's own may be lower.</param>
internal sealed record HeaderType(byte[] Start, long MaxN)
{
    public static readonly HeaderType Message = new(StartOf("tw-message"), int.MaxValue);

    public static readonly HeaderType Signal = new(StartOf("tw-signal"), SignedBody.MaxTime);

    private static byte[] StartOf(string type) => Encoding.ASCII.GetBytes($"{{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"typ\":\"{type}\",\"suite\":\"{Suite.Name}\",\"sid\":");
}

/// <summary>The protected header of a message or a signal: all that its way may show.</summary>
/// <param name="N">A message's index, not bounded yet: the session refuses what is too far. A signal's time.</param>
internal readonly record struct SessionHeader(SessionId Session, long N, UInt128 Salt)
{
    // The longest one has 173: n of fifteen digits, sid of 43 characters, salt of 22.
    private const int MaxJson = 192;

    public SessionHeader(SessionId session, long n, ReadOnlySpan<byte> salt)
        : this(session, n, BinaryPrimitives.ReadUInt128BigEndian(salt)) { }

    public byte[] Encode(HeaderType type)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        using var json = new CanonicalJsonWriter(MaxJson);
        Session.Value.Write(bytes);
        json.Raw(type.Start).Base64Url(bytes).Raw(",\"n\":"u8).Number(N).Raw(",\"salt\":"u8);
        WriteSalt(bytes);
        return json.Base64Url(bytes[..KeySchedule.SaltSize]).Raw("}"u8).Written.ToArray();
    }

    public void WriteSalt(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Salt);

    public static SessionHeader? TryParse(HeaderType type, ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length > StrictBase64Url.EncodedLength(MaxJson)) return null;
        Span<byte> json = stackalloc byte[StrictBase64Url.DecodedLength(encoded.Length)];
        if (!StrictBase64Url.TryDecode(encoded, json)) return null;
        Span<byte> session = stackalloc byte[Digest.Size];
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        var reader = new CanonicalJsonReader(json);
        return reader.Literal(type.Start)
            && reader.Base64Url(session)
            && reader.Literal(",\"n\":"u8)
            && reader.Number(type.MaxN, out var n)
            && reader.Literal(",\"salt\":"u8)
            && reader.Base64Url(salt)
            && reader.Literal("}"u8)
            && reader.AtEnd
            && SessionId.TryRead(session, out var id)
                ? new SessionHeader(id, n, salt)
                : null;
    }
}
