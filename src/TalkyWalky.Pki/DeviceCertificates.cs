namespace TalkyWalky.Pki;

/// <summary>Path validation of device certificates: X509Chain with the pinned root, then our own policy (docs/protocol.md section 1). Fetches nothing.</summary>
public static class DeviceCertificates
{
    /// <param name="candidates">DER certificates that may help to build the path; none of them is trusted for being here.</param>
    public static DeviceVerification Verify(
        ReadOnlyMemory<byte> leaf, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, TrustAnchor anchor, DeviceKeyUse use, DateTimeOffset at) =>
        throw new NotSupportedException();
}
