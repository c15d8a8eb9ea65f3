using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Pki;

/// <summary>The objects of a file in PEM (RFC 7468; several, with text between them) or of one in DER.</summary>
public static class CertificateFile
{
    /// <summary>Bytes of one file: the largest CRL in PEM.</summary>
    public const int MaxSize = 6 * 1024 * 1024;

    public const string Certificate = "CERTIFICATE", Crl = "X509 CRL";

    /// <summary>DER; null when the file is too large, or holds nothing of the kind or more than <see cref="CertificatePaths.MaxCandidates"/>. Objects of other kinds are passed over.</summary>
    /// <param name="label"><see cref="Certificate"/> or <see cref="Crl"/>.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? TryRead(ReadOnlyMemory<byte> file, string label)
    {
        const byte Sequence = 0x30;
        if (file.Length is 0 or > MaxSize) return null;
        if (file.Span[0] == Sequence) return [file];
        ReadOnlySpan<char> text = Encoding.ASCII.GetString(file.Span); // what is no ASCII stands outside of the objects
        var found = new List<ReadOnlyMemory<byte>>();
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label].SequenceEqual(label))
            {
                if (found.Count == CertificatePaths.MaxCandidates) return null;
                found.Add(Convert.FromBase64String(text[fields.Base64Data].ToString()));
            }

            text = text[fields.Location.End..];
        }

        return found.Count > 0 ? found : null;
    }
}
