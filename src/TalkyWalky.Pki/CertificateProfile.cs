namespace TalkyWalky.Pki;

/// <summary>Bit n of RFC 5280 §4.2.1.3 is 1 &lt;&lt; n here, as ASN.1 named bits read.</summary>
[Flags]
public enum CertificateKeyUsage
{
    None = 0,
    DigitalSignature = 1 << 0,
    ContentCommitment = 1 << 1,
    KeyEncipherment = 1 << 2,
    DataEncipherment = 1 << 3,
    KeyAgreement = 1 << 4,
    KeyCertSign = 1 << 5,
    CrlSign = 1 << 6,
    EncipherOnly = 1 << 7,
    DecipherOnly = 1 << 8,
}

public enum CertificateKeyKind
{
    /// <summary>e = 65537.</summary>
    Rsa,

    /// <summary>Named curve, uncompressed point.</summary>
    P256,

    /// <summary>As <see cref="P256"/>; in certificates of other organisations.</summary>
    P384,

    /// <summary>As <see cref="P256"/>; in certificates of other organisations.</summary>
    P521,
}

public enum ExtensionPresence
{
    /// <summary>A certificate without it is refused.</summary>
    Demanded,

    /// <summary>Issued whenever the authority knows its public address; a certificate without it is accepted too.</summary>
    Issued,
}

public sealed record ExtensionRule(string Oid, bool Critical, ExtensionPresence Presence = ExtensionPresence.Demanded);

/// <summary>One kind of certificate as data: what the authority issues and what path validation accepts (docs/protocol.md section 1).</summary>
/// <param name="Name">As error sentences call it.</param>
/// <param name="MinBits">Smallest key issued; validation itself accepts RSA from <see cref="CertificateProfiles.VerifiedRsaMinBits"/>.</param>
/// <param name="Life">From the moment of issue; notBefore lies <see cref="CertificateProfiles.Backdate"/> before it.</param>
/// <param name="PathLength">Null for an end entity, else a CA with exactly this pathLenConstraint.</param>
/// <param name="ExtendedKeyUsage">The one OID, or null for no such extension.</param>
/// <param name="Extensions">All that are issued. Others are refused when critical.</param>
public sealed record CertificateProfile(
    string Name,
    CertificateKeyKind Key,
    int MinBits,
    int MaxBits,
    TimeSpan Life,
    int? PathLength,
    CertificateKeyUsage KeyUsage,
    string? ExtendedKeyUsage,
    IReadOnlyList<ExtensionRule> Extensions)
{
    public bool IsAuthority => PathLength is not null;
}

/// <summary>The profiles of protocol v1. A P-256 identity would be a sixth row, under a suite of its own.</summary>
public static class CertificateProfiles
{
    /// <summary>notBefore lies this long before the moment of issue, for clocks that run late.</summary>
    public static readonly TimeSpan Backdate = TimeSpan.FromHours(1);

    /// <summary>Validation refuses RSA keys outside these sizes: the base library alone would take RSA-512.</summary>
    public const int VerifiedRsaMinBits = 2048, VerifiedRsaMaxBits = 8192;

    /// <summary>Bytes of one certificate; ours have about 1,500.</summary>
    public const int MaxSize = 8 * 1024;

    /// <summary>Candidates that one validation looks at.</summary>
    public const int MaxCandidates = 16;

    /// <summary>Characters, RFC 5280 appendix A.1 (ub-common-name, ub-organization-name).</summary>
    public const int MaxNameLength = 64;

    private const CertificateKeyUsage CertificateSigner = CertificateKeyUsage.KeyCertSign | CertificateKeyUsage.CrlSign;

    // RFC 5280: §4.2.1.9 and §4.2.1.3 want these two critical in a CA; a leaf follows so that no reader may skip them.
    private static readonly ExtensionRule BasicConstraints = new(Oids.BasicConstraints, Critical: true);
    private static readonly ExtensionRule KeyUsage = new(Oids.KeyUsage, Critical: true);

    // §4.2.1.1 and §4.2.1.2: never critical.
    private static readonly ExtensionRule SubjectKey = new(Oids.SubjectKeyIdentifier, Critical: false);
    private static readonly ExtensionRule AuthorityKey = new(Oids.AuthorityKeyIdentifier, Critical: false);

    // §4.2.1.6: not critical where the subject is not empty. §4.2.1.12: either.
    private static readonly ExtensionRule Names = new(Oids.SubjectAlternativeName, Critical: false);
    private static readonly ExtensionRule Purpose = new(Oids.ExtendedKeyUsage, Critical: false);

    // §4.2.1.13 and §4.2.2.1. Not demanded: status travels in the session, nothing is fetched from these addresses by us.
    private static readonly ExtensionRule Crl = new(Oids.CrlDistributionPoints, Critical: false, ExtensionPresence.Issued);
    private static readonly ExtensionRule Ocsp = new(Oids.AuthorityInformationAccess, Critical: false, ExtensionPresence.Issued);

    public static readonly CertificateProfile Root = new(
        "root", CertificateKeyKind.Rsa, 4096, 4096, TimeSpan.FromDays(3652), PathLength: 1, CertificateSigner, null,
        [BasicConstraints, KeyUsage, SubjectKey]);

    /// <summary>RSA-3072: 128 bits of strength, as the devices below it; RSA-4096 would double the cost of each signature for a key that lives half as long as the root's.</summary>
    public static readonly CertificateProfile Issuing = new(
        "issuing CA", CertificateKeyKind.Rsa, 3072, 3072, TimeSpan.FromDays(1826), PathLength: 0, CertificateSigner, null,
        [BasicConstraints, KeyUsage, new ExtensionRule(Oids.NameConstraints, Critical: true), SubjectKey, AuthorityKey, Crl, Ocsp]); // §4.2.1.10: critical

    public static readonly CertificateProfile DeviceIdentity = new(
        "device identity", CertificateKeyKind.Rsa, 3072, 4096, TimeSpan.FromDays(90), PathLength: null,
        CertificateKeyUsage.DigitalSignature, Oids.ClientAuth,
        [BasicConstraints, KeyUsage, Purpose, Names, SubjectKey, AuthorityKey, Crl, Ocsp]);

    /// <summary>No EKU: no registered purpose means "unwraps chat keys", and keyEncipherment alone already shuts it out of TLS 1.3.</summary>
    public static readonly CertificateProfile DeviceEncryption = new(
        "device encryption", CertificateKeyKind.Rsa, 3072, 4096, TimeSpan.FromDays(30), PathLength: null,
        CertificateKeyUsage.KeyEncipherment, null,
        [BasicConstraints, KeyUsage, Names, SubjectKey, AuthorityKey, Crl, Ocsp]);

    public static readonly CertificateProfile Server = new(
        "gateway", CertificateKeyKind.P256, 256, 256, TimeSpan.FromDays(90), PathLength: null,
        CertificateKeyUsage.DigitalSignature, Oids.ServerAuth,
        [BasicConstraints, KeyUsage, Purpose, Names, SubjectKey, AuthorityKey, Crl, Ocsp]);

    /// <summary>Who signs OCSP answers for the issuing CA (RFC 6960 §4.2.2.2). Its life is short because nobody asks for its own status (§4.2.2.2.1).</summary>
    public static readonly CertificateProfile OcspResponder = new(
        "OCSP responder", CertificateKeyKind.P256, 256, 256, TimeSpan.FromDays(1), PathLength: null,
        CertificateKeyUsage.DigitalSignature, Oids.OcspSigning,
        [BasicConstraints, KeyUsage, Purpose, new ExtensionRule(Oids.OcspNoCheck, Critical: false), SubjectKey, AuthorityKey]);

    /// <summary>
    /// Who signs introductions (docs/protocol.md section 9). No EKU: no registered purpose means that, and the OCSP responder's forbids every other one (RFC 5280 §4.2.1.12). By having none it
    /// differs from a gateway's. Its life is as short as the responder's.
    /// </summary>
    public static readonly CertificateProfile Introducer = new(
        "introducer", CertificateKeyKind.P256, 256, 256, TimeSpan.FromDays(1), PathLength: null,
        CertificateKeyUsage.DigitalSignature, null,
        [BasicConstraints, KeyUsage, SubjectKey, AuthorityKey]);

    public static CertificateProfile For(DeviceKeyUse use) => use == DeviceKeyUse.Identity ? DeviceIdentity : DeviceEncryption;
}
