namespace TalkyWalky.Pki;

/// <summary>Path validation of a gateway's certificate for one host name or address.</summary>
public static class ServerCertificates
{
    public static ServerVerification Verify(
        ReadOnlyMemory<byte> leaf, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, string host, DateTimeOffset at) =>
        throw new NotSupportedException();
}
