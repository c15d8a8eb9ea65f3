namespace TalkyWalky.Pki;

/// <summary>Object identifiers of RFC 5280, RFC 8017, RFC 5480 and RFC 5652 that certificates here may hold.</summary>
public static class Oids
{
    public const string CommonName = "2.5.4.3", Organisation = "2.5.4.10", EmailAddress = "1.2.840.113549.1.9.1";

    public const string RsaEncryption = "1.2.840.113549.1.1.1", RsassaPss = "1.2.840.113549.1.1.10";

    public const string Sha256WithRsa = "1.2.840.113549.1.1.11", Sha384WithRsa = "1.2.840.113549.1.1.12", Sha512WithRsa = "1.2.840.113549.1.1.13";

    public const string EcdsaWithSha256 = "1.2.840.10045.4.3.2", EcdsaWithSha384 = "1.2.840.10045.4.3.3", EcdsaWithSha512 = "1.2.840.10045.4.3.4";

    public const string EcPublicKey = "1.2.840.10045.2.1", P256 = "1.2.840.10045.3.1.7", P384 = "1.3.132.0.34", P521 = "1.3.132.0.35";

    public const string SubjectKeyIdentifier = "2.5.29.14",
        KeyUsage = "2.5.29.15",
        SubjectAlternativeName = "2.5.29.17",
        BasicConstraints = "2.5.29.19",
        CrlNumber = "2.5.29.20",
        ReasonCode = "2.5.29.21",
        InvalidityDate = "2.5.29.24",
        DeltaCrlIndicator = "2.5.29.27",
        IssuingDistributionPoint = "2.5.29.28",
        NameConstraints = "2.5.29.30",
        CrlDistributionPoints = "2.5.29.31",
        CertificatePolicies = "2.5.29.32",
        PolicyMappings = "2.5.29.33",
        AuthorityKeyIdentifier = "2.5.29.35",
        PolicyConstraints = "2.5.29.36",
        ExtendedKeyUsage = "2.5.29.37",
        InhibitAnyPolicy = "2.5.29.54",
        AuthorityInformationAccess = "1.3.6.1.5.5.7.1.1";

    public const string ServerAuth = "1.3.6.1.5.5.7.3.1", ClientAuth = "1.3.6.1.5.5.7.3.2", OcspSigning = "1.3.6.1.5.5.7.3.9", AnyPurpose = "2.5.29.37.0";

    public const string AnyPolicy = "2.5.29.32.0";

    public const string Ocsp = "1.3.6.1.5.5.7.48.1", OcspBasic = "1.3.6.1.5.5.7.48.1.1", OcspNonce = "1.3.6.1.5.5.7.48.1.2", OcspNoCheck = "1.3.6.1.5.5.7.48.1.5";

    public const string Sha1 = "1.3.14.3.2.26", Sha256 = "2.16.840.1.101.3.4.2.1";

    public const string Data = "1.2.840.113549.1.7.1", SignedData = "1.2.840.113549.1.7.2";
}
