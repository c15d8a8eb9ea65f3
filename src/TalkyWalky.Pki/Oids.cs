namespace TalkyWalky.Pki;

/// <summary>Object identifiers of RFC 5280, RFC 8017, RFC 5480 and RFC 5652 that certificates here may hold.</summary>
public static class Oids
{
    public const string CommonName = "2.5.4.3", Organisation = "2.5.4.10";

    public const string RsaEncryption = "1.2.840.113549.1.1.1", Sha256WithRsa = "1.2.840.113549.1.1.11", RsassaPss = "1.2.840.113549.1.1.10";

    public const string EcPublicKey = "1.2.840.10045.2.1", P256 = "1.2.840.10045.3.1.7";

    public const string SubjectKeyIdentifier = "2.5.29.14",
        KeyUsage = "2.5.29.15",
        SubjectAlternativeName = "2.5.29.17",
        BasicConstraints = "2.5.29.19",
        NameConstraints = "2.5.29.30",
        CrlDistributionPoints = "2.5.29.31",
        AuthorityKeyIdentifier = "2.5.29.35",
        ExtendedKeyUsage = "2.5.29.37",
        AuthorityInformationAccess = "1.3.6.1.5.5.7.1.1";

    public const string ServerAuth = "1.3.6.1.5.5.7.3.1", ClientAuth = "1.3.6.1.5.5.7.3.2";

    public const string Data = "1.2.840.113549.1.7.1", SignedData = "1.2.840.113549.1.7.2";
}
