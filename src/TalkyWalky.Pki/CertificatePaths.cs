using TalkyWalky.Pki.Status;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki;

/// <summary>What a certificate is to be used for; beyond RFC 5280's rules, which hold for every one.</summary>
public enum PathUse
{
    /// <summary>Left open.</summary>
    Any,

    /// <summary>A TLS server's (RFC 6125, Baseline Requirements).</summary>
    Server,

    /// <summary>A CA's.</summary>
    Authority,
}

public abstract record PathVerification
{
    private PathVerification() { }

    /// <param name="Path">DER, the leaf first, the trusted root last.</param>
    public sealed record Verified(IReadOnlyList<ReadOnlyMemory<byte>> Path) : PathVerification;

    /// <param name="Reason">Why, as a sentence.</param>
    public sealed record Refused(PathFailure Failure, string Reason) : PathVerification;
}

/// <summary>
/// Path validation for certificates of anybody: RFC 5280 section 6, over at most <see cref="PathBuilder.MaxLength"/> certificates, several paths tried. Fetches nothing. Devices
/// and gateways of ours have stricter rules on top (<see cref="DeviceCertificates"/>, <see cref="ServerCertificates"/>).
/// </summary>
public static class CertificatePaths
{
    /// <summary>Candidates that one validation looks at, and roots.</summary>
    public const int MaxCandidates = 256;

    /// <param name="candidates">DER certificates that may help to build the path; none of them is trusted for being here.</param>
    /// <param name="roots">DER certificates that are trusted; a CA certificate that another CA issued may be one.</param>
    /// <param name="host">For servers: the DNS name or address that the certificate must be for; null to leave that open.</param>
    /// <param name="crls">DER. Every certificate below the root must be known not to be revoked, by one of them. Null: status is not asked for.</param>
    public static PathVerification Verify(
        ReadOnlyMemory<byte> leaf, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, IReadOnlyCollection<ReadOnlyMemory<byte>> roots, PathUse use, string? host, DateTimeOffset at,
        IReadOnlyCollection<ReadOnlyMemory<byte>>? crls = null)
    {
        if (ParsedCertificate.TryParse(leaf.ToArray()) is not { } certificate)
            return new PathVerification.Refused(PathFailure.Malformed, $"this is not one certificate in strict DER of at most {CertificateProfiles.MaxSize} bytes");
        var purpose = use == PathUse.Server ? Oids.ServerAuth : null;
        var lists = crls?.Take(MaxCandidates).Select(ParsedCrl.TryParse).OfType<ParsedCrl>().ToList();
        var refusal = PathBuilder.Find(
            certificate, Parse(candidates), Parse(roots),
            path => PathRules.FirstFault(path, purpose, at) ?? CheckLeaf(path[0], use, host) ?? (lists is null ? null : PathStatus.FirstFault(path, lists, at)) ?? ChainOpinion.Fault(path, purpose, at),
            out var found);
        return refusal is null ? new PathVerification.Verified([.. found.Select(static one => one.Der)]) : new PathVerification.Refused(refusal.Failure, refusal.Reason);
    }

    private static PathRefusal? CheckLeaf(ParsedCertificate leaf, PathUse use, string? host) =>
        LeafRules.FirstFault(leaf, use, host) is { } fault ? fault with { Reason = $"{PathRules.Name(leaf)} {fault.Reason}" } : null; // its extensions were read with the path

    private static List<ParsedCertificate> Parse(IReadOnlyCollection<ReadOnlyMemory<byte>> certificates) =>
        [.. certificates.Take(MaxCandidates).Select(ParsedCertificate.TryParse).OfType<ParsedCertificate>()];
}
