using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// The protected header, one byte string for one meaning: <c>{"alg":A,"typ":T}</c>, with <c>,"x5c":[...]</c> behind it for PS256. This grammar has no
/// place for none, HMAC, other RSA, crit, b64, jku, jwk, x5u or kid.
/// </summary>
internal static class JwsHeader
{
    public const int MaxCertificates = 4, MaxCertificate = 8192;

    public static byte[] Encode(JwsType type, IReadOnlyList<ReadOnlyMemory<byte>> x5c)
    {
        var text = new StringBuilder(Start(type));
        if (!type.IsEs256)
            text.Append(",\"x5c\":[").AppendJoin(',', x5c.Select(static der => $"\"{Convert.ToBase64String(der.Span)}\"")).Append(']');
        return Encoding.ASCII.GetBytes(text.Append('}').ToString());
    }

    /// <summary>The certificates, or null when these bytes are not a header of this type.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? TryParse(JwsType type, ReadOnlySpan<byte> json)
    {
        var reader = new CanonicalJsonReader(json);
        if (!reader.Literal(Encoding.ASCII.GetBytes(Start(type)))) return null;
        IReadOnlyList<ReadOnlyMemory<byte>>? x5c = [];
        if (!type.IsEs256) x5c = ReadCertificates(ref reader);
        return x5c is not null && reader.Literal("}"u8) && reader.AtEnd ? x5c : null;
    }

    private static string Start(JwsType type) => $"{{\"alg\":\"{type.Algorithm}\",\"typ\":\"{type.Name}\"";

    private static List<ReadOnlyMemory<byte>>? ReadCertificates(ref CanonicalJsonReader reader)
    {
        if (!reader.Literal(",\"x5c\":["u8)) return null;
        var certificates = new List<ReadOnlyMemory<byte>>();
        do
        {
            if (certificates.Count == MaxCertificates
                || !reader.Value(out var quoted)
                || quoted.Length < 6
                || quoted[0] != '"'
                || Decode(quoted[1..^1]) is not { } der) return null;
            certificates.Add(der);
        }
        while (reader.Literal(","u8));
        return reader.Literal("]"u8) ? certificates : null;
    }

    // RFC 7515 §4.1.6: standard base64 with padding; only the spelling that encoding gives is taken.
    private static byte[]? Decode(ReadOnlySpan<byte> base64)
    {
        if (base64.Length > Base64.GetMaxEncodedToUtf8Length(MaxCertificate)) return null;
        var der = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (Base64.DecodeFromUtf8(base64, der, out _, out var length) != OperationStatus.Done || length is 0 or > MaxCertificate) return null;
        var again = new byte[Base64.GetMaxEncodedToUtf8Length(length)];
        Base64.EncodeToUtf8(der.AsSpan(0, length), again, out _, out var written);
        return base64.SequenceEqual(again.AsSpan(0, written)) ? der[..length] : null;
    }
}
