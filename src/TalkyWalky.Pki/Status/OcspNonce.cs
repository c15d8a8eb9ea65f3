using System.Formats.Asn1;

namespace TalkyWalky.Pki.Status;

/// <summary>The nonce extension (RFC 9654): an OCTET STRING of 1 to 128 bytes in the extension's own.</summary>
internal static class OcspNonce
{
    public const int MaxLength = 128;

    /// <summary>Null when there is none. Throws <see cref="AsnContentException"/>, also for a length that is not allowed.</summary>
    public static byte[]? Find(IReadOnlyList<CertificateExtension> extensions)
    {
        if (extensions.FirstOrDefault(static e => string.Equals(e.Oid, Oids.OcspNonce, StringComparison.Ordinal)) is not { } extension) return null;
        var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
        var nonce = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return nonce.Length is > 0 and <= MaxLength ? nonce : throw new AsnContentException();
    }

    /// <summary>A critical extension besides it, which is not processed here.</summary>
    public static bool HasUnknown(IReadOnlyList<CertificateExtension> extensions) =>
        extensions.Any(static e => e.Critical && !string.Equals(e.Oid, Oids.OcspNonce, StringComparison.Ordinal));

    /// <summary>Extensions with this one alone, explicitly tagged.</summary>
    public static void Write(AsnWriter writer, ReadOnlySpan<byte> nonce, Asn1Tag tag)
    {
        using (writer.PushSequence(tag))
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.OcspNonce);
            using (writer.PushOctetString()) writer.WriteOctetString(nonce);
        }
    }
}
