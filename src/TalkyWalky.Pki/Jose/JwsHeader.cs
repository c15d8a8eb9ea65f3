using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// The protected header, one byte string for one meaning: <c>{"alg":A,"typ":T}</c>, with <c>,"x5c":[...]</c> behind it for types that carry certificates. This grammar has no
/// place for none, HMAC, other RSA, crit, b64, jku, jwk, x5u or kid.
/// </summary>
internal static class JwsHeader
{
    public const int MaxCertificates = 4, MaxCertificate = 8192;

    // Every message has this one.
    private static readonly byte[] MessageHeader = ToBase64Url($$"""{"alg":"{{JwsType.Message.Algorithm}}","typ":"{{JwsType.Message.Name}}"}""");

    /// <summary>The first part of a token without certificates.</summary>
    public static byte[] Encode(JwsType type) =>
        ReferenceEquals(type, JwsType.Message) ? MessageHeader : ToBase64Url($$"""{"alg":"{{type.Algorithm}}","typ":"{{type.Name}}"}""");

    /// <summary>The first part of a token with certificates.</summary>
    public static byte[] Encode(JwsType type, IReadOnlyList<ReadOnlyMemory<byte>> x5c) => ToBase64Url(
        new StringBuilder(Start(type)).AppendJoin(',', x5c.Select(static der => $"\"{Convert.ToBase64String(der.Span)}\"")).Append("]}").ToString());

    /// <summary>The certificates, or null when this is not the first part of a token of this type.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? TryParse(JwsType type, ReadOnlySpan<byte> encoded)
    {
        if (!type.HasCertificates) return encoded.SequenceEqual(Encode(type)) ? [] : null;
        if (StrictBase64Url.TryDecode(encoded) is not { } json) return null;
        var reader = new CanonicalJsonReader(json);
        return reader.Literal(Encoding.ASCII.GetBytes(Start(type))) && ReadCertificates(ref reader) is { } x5c && reader.Literal("]}"u8) && reader.AtEnd ? x5c : null;
    }

    private static byte[] ToBase64Url(string json)
    {
        var encoded = new byte[StrictBase64Url.EncodedLength(json.Length)];
        StrictBase64Url.Encode(Encoding.ASCII.GetBytes(json), encoded);
        return encoded;
    }

    private static string Start(JwsType type) => $"{{\"alg\":\"{type.Algorithm}\",\"typ\":\"{type.Name}\",\"x5c\":[";

    private static List<ReadOnlyMemory<byte>>? ReadCertificates(ref CanonicalJsonReader reader)
    {
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
        return certificates;
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
