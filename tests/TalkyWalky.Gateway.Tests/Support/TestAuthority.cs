using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>A root, an issuing CA and device certificates after the profiles, without the authority's own rules on who gets one.</summary>
internal sealed class TestAuthority
{
    public const string Domain = "example.org";

    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddYears(-1);
    private readonly RSA _rootKey = KeyPool.Shared.CreateRsa(4096);
    private readonly RSA _issuingKey = KeyPool.Shared.CreateRsa(3072);

    private readonly string _organisation;

    public TestAuthority(string organisation)
    {
        _organisation = organisation;
        var root = Authority(Name("Root"), _rootKey, pathLength: 1);
        Root = Sign(root, Name("Root"), _rootKey, Start, Start.AddYears(10));
        var issuing = Authority(Name("Issuing"), _issuingKey, pathLength: 0);
        issuing.CertificateExtensions.Add(new NameConstraints(Domain, organisation).Encode());
        issuing.CertificateExtensions.Add(IssuedBy(_rootKey));
        Issuing = Sign(issuing, Name("Root"), _rootKey, Start, Start.AddYears(5));
    }

    public static TestAuthority Shared { get; } = new("Example Ltd");

    public byte[] Root { get; }

    public byte[] Issuing { get; }

    public byte[] Identity(string username, UserId user, DeviceId device, RSA key, DateTimeOffset notAfter)
    {
        var request = Device(username, user, device, key, X509KeyUsageFlags.DigitalSignature);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        return Sign(request, Name("Issuing"), _issuingKey, notAfter.AddDays(-90), notAfter);
    }

    public byte[] Encryption(string username, UserId user, DeviceId device, RSA key, DateTimeOffset notAfter) =>
        Sign(Device(username, user, device, key, X509KeyUsageFlags.KeyEncipherment), Name("Issuing"), _issuingKey, notAfter.AddDays(-30), notAfter);

    private X500DistinguishedName Name(string commonName) => SubjectName.Encode(_organisation, commonName);

    private CertificateRequest Device(string username, UserId user, DeviceId device, RSA key, X509KeyUsageFlags usage)
    {
        var request = new CertificateRequest(Name(username), new PublicKey(key), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(IssuedBy(_issuingKey));
        request.CertificateExtensions.Add(Names(DeviceUris.ForUser(Domain, user), DeviceUris.ForDevice(Domain, device)));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        return request;
    }

    private static CertificateRequest Authority(X500DistinguishedName name, RSA key, int pathLength)
    {
        var request = new CertificateRequest(name, new PublicKey(key), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509AuthorityKeyIdentifierExtension IssuedBy(RSA key) =>
        X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(new PublicKey(key), critical: false));

    private static X509Extension Names(params string[] uris)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in uris) writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private static byte[] Sign(CertificateRequest request, X500DistinguishedName issuer, RSA key, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        using var certificate = request.Create(issuer, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), notBefore, notAfter, serial);
        return certificate.RawData;
    }
}
