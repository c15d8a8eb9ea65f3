namespace TalkyWalky.Pki;

/// <summary>Certs-only CMS (RFC 5652 degenerate SignedData), the body of EST's cacerts and enrolment answers (RFC 7030 §4.1.3, §4.2.3).</summary>
public static class CertsOnly
{
    /// <summary>DER.</summary>
    public static byte[] Encode(IReadOnlyCollection<ReadOnlyMemory<byte>> certificates) => throw new NotSupportedException();

    /// <summary>The DER certificates; null when this is not a certs-only message or holds more than 16.</summary>
    public static IReadOnlyList<byte[]>? TryDecode(ReadOnlySpan<byte> der) => throw new NotSupportedException();
}
