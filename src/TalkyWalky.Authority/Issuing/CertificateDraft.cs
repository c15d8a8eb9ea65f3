using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>Everything that a profile leaves open.</summary>
/// <param name="Issuer">Name and key of the CA that will sign.</param>
/// <param name="Particular">The extension that no profile can know: alternative names or name constraints. Null for a root.</param>
/// <param name="StatusAddress">Where the CRL and OCSP of the issuer will be found; null leaves both extensions out.</param>
internal sealed record CertificateDraft(
    CertificateProfile Profile, X500DistinguishedName Subject, PublicKey Key, Signer Issuer, X509Extension? Particular, StatusAddress? StatusAddress)
{
    private const int SerialBytes = 16;

    /// <summary>Builds and lints; signs nothing. A fault found here is a bug of ours, or a subject that no certificate can hold.</summary>
    public IssuanceToken Prepare(DateTimeOffset now, DateTimeOffset notLaterThan)
    {
        var second = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var notBefore = second - CertificateProfiles.Backdate;
        var notAfter = second + Profile.Life < notLaterThan ? second + Profile.Life : notLaterThan;
        if (notAfter <= second) throw new AuthorityException("the issuing CA certificate has expired; make a new one with: talkywalkyd ca rollover");

        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        var request = new CertificateRequest(Subject, Key, HashAlgorithmName.SHA256);
        foreach (var rule in Profile.Extensions)
        {
            if (Encode(rule) is { } extension) request.CertificateExtensions.Add(extension);
        }

        var recorder = new ToBeSignedRecorder();
        using var unsigned = request.Create(Issuer.Name, recorder, notBefore, notAfter, serial);
        if (CertificateLint.FirstFault(unsigned.RawData, Profile, StatusAddress is not null) is { } fault)
            throw new AuthorityException($"nothing was issued: {fault}");
        return new IssuanceToken(Profile, Issuer, recorder.ToBeSigned, Convert.ToHexStringLower(serial), notBefore, notAfter);
    }

    private X509Extension? Encode(ExtensionRule rule) => rule.Oid switch
    {
        Oids.BasicConstraints => new X509BasicConstraintsExtension(Profile.IsAuthority, Profile.IsAuthority, Profile.PathLength ?? 0, rule.Critical),
        Oids.KeyUsage => Write(rule, w => w.WriteNamedBitList(Profile.KeyUsage)),
        Oids.ExtendedKeyUsage => new X509EnhancedKeyUsageExtension([new Oid(Profile.ExtendedKeyUsage!)], rule.Critical),
        Oids.SubjectKeyIdentifier => new X509SubjectKeyIdentifierExtension(Key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, rule.Critical),
        Oids.AuthorityKeyIdentifier => X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(Issuer.KeyIdentifier),
        Oids.CrlDistributionPoints when StatusAddress is not null =>
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([StatusAddress.Crl.AbsoluteUri], rule.Critical),
        Oids.AuthorityInformationAccess when StatusAddress is not null =>
            new X509AuthorityInformationAccessExtension([StatusAddress.Ocsp.AbsoluteUri], caIssuersUris: null, rule.Critical),
        Oids.OcspNoCheck => Write(rule, static w => w.WriteNull()), // RFC 6960 §4.2.2.2.1
        Oids.CrlDistributionPoints or Oids.AuthorityInformationAccess => null,
        _ => Particular,
    };

    private static X509Extension Write(ExtensionRule rule, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return new X509Extension(rule.Oid, writer.Encode(), rule.Critical);
    }
}

/// <summary>Where the status of certificates from one CA will be served, below the server's public address.</summary>
internal sealed record StatusAddress(Uri Crl, Uri Ocsp)
{
    public const string RootCrl = "/v1/status/root.crl", IssuingCrl = "/v1/status/issuing.crl", LaterCrl = "/v1/status/issuing-{number:int:min(2)}.crl", OcspPath = "/v1/status/ocsp";

    public static StatusAddress OfRoot(Uri publicUrl) => new(new Uri(publicUrl, RootCrl), new Uri(publicUrl, OcspPath));

    /// <summary>Every CA has a CRL at an address of its own (RFC 5280 §4.2.1.13): certificates keep it for life.</summary>
    public static StatusAddress OfIssuing(Uri publicUrl, int number) => new(
        new Uri(publicUrl, number == 1 ? IssuingCrl : string.Create(CultureInfo.InvariantCulture, $"/v1/status/issuing-{number}.crl")), new Uri(publicUrl, OcspPath));
}
