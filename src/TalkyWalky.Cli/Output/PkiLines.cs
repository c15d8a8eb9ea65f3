using TalkyWalky.Pki;

namespace TalkyWalky.Cli.Output;

/// <param name="Path">Subjects, the leaf's first, the root's last.</param>
internal sealed record VerifiedLine(bool Verified, IReadOnlyList<string> Path);

internal sealed record CertificateLine(
    string Subject, string Issuer, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Key, bool Authority, string? PathLength, IReadOnlyList<string> KeyUsage,
    IReadOnlyList<string> Purposes, IReadOnlyList<string> Names, IReadOnlyList<string> Constraints, IReadOnlyList<string> StatusAddresses,
    IReadOnlyList<string> UnknownCritical, string Fingerprint, string KeyFingerprint)
{
    public static CertificateLine Of(CertificateDescription one) => new(
        one.Subject, one.Issuer, one.Serial, one.NotBefore, one.NotAfter, one.Key, one.IsAuthority, one.PathLength, one.KeyUsage, one.Purposes, one.Names, one.Constraints, one.StatusAddresses, one.Unknown,
        one.Fingerprint.ToString(), one.KeyFingerprint.ToString());
}
