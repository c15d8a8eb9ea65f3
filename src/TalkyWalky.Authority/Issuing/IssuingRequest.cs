using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// An issuing CA under the organisation's own root: its key is made here and stays, encrypted, in a folder of its own with the request (PKCS#10, RFC 2986), until the certificate comes back.
/// </summary>
public static class IssuingRequest
{
    public static bool Exists(string folder) => new AuthorityFolder(folder).Exists;

    /// <summary>The request that waits, PEM.</summary>
    public static string Read(string folder) => new AuthorityFolder(folder).Read(AuthorityFolder.Request);

    /// <summary>SHA-256 of the SubjectPublicKeyInfo in a request.</summary>
    internal static Digest KeyHashOf(string pem) => Digest.Sha256(Load(pem).PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Each issuing CA has a name of its own: whoever looks for an issuer or a CRL by name finds the right one.</summary>
    internal static X500DistinguishedName NameOf(string organisation, int number) => SubjectName.Encode(
        organisation, number == 1 ? "TalkyWalky Issuing CA" : string.Create(CultureInfo.InvariantCulture, $"TalkyWalky Issuing CA {number}"));

    /// <summary>PEM, with the extensions that the certificate must have (RFC 2985 §5.4.2). Throws <see cref="AuthorityException"/> where one waits already.</summary>
    /// <param name="number">Of the issuing CA: 1 for an authority that is to be made.</param>
    public static string Create(string folder, string organisation, string domain, string passphrase, IKeySource keys, int number = 1)
    {
        CertificateAuthority.CheckNames(organisation, domain, passphrase);
        using var key = keys.CreateRsa(CertificateProfiles.Issuing.MinBits);
        using var signer = new Signer(NameOf(organisation, number), key);
        var request = new CertificateRequest(signer.Name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var profile = CertificateProfiles.Issuing;
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, profile.PathLength!.Value, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new NameConstraints(domain, organisation).Encode());
        request.CertificateExtensions.Add(signer.KeyIdentifier);
        var pem = request.CreateSigningRequestPem() + "\n";
        new AuthorityFolder(folder).Create(new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [AuthorityFolder.IssuingKey(1)] = Encoding.ASCII.GetBytes(signer.ExportEncryptedPem(passphrase)),
            [AuthorityFolder.Request] = Encoding.ASCII.GetBytes(pem),
        });
        return pem;
    }

    /// <summary>Makes the authority's folder of what waits in another one and the two certificates. Throws <see cref="AuthorityException"/>, with a sentence for each fault, before anything is made.</summary>
    /// <param name="certificate">Of the issuing CA, PEM or DER.</param>
    /// <param name="root">Who issued it, PEM or DER.</param>
    public static void Complete(string waiting, string folder, ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> root, string passphrase, DateTimeOffset now)
    {
        var (pending, files) = (new AuthorityFolder(waiting), new AuthorityFolder(folder));
        if (!pending.Exists) throw new AuthorityException("no request waits for its certificate here; make one with: talkywalkyd ca request");
        files.RequireAbsent();
        var anchor = TrustAnchor.FromRoot(Only(root, "root's", "").Span);
        if (IssuingCertificates.RootFault(anchor.Der, now) is { } unfit) throw new AuthorityException($"the root {unfit}");
        using var issuing = Check(waiting, number: 1, certificate, anchor, passphrase, publicUrl: null, now);
        files.Create(new Dictionary<string, byte[]>(AuthorityFolder.FilesOfLogKey(passphrase), StringComparer.Ordinal)
        {
            [AuthorityFolder.RootCertificate] = Encoding.ASCII.GetBytes(AuthorityCertificate.ToPem(anchor.Der.Span)),
            [AuthorityFolder.IssuingCertificate(1)] = Encoding.ASCII.GetBytes(issuing.Description.Pem),
            [AuthorityFolder.IssuingKey(1)] = Encoding.ASCII.GetBytes(pending.Read(AuthorityFolder.IssuingKey(1))),
        });
    }

    /// <summary>The issuing CA of a request that waits and its certificate, tried out. Throws <see cref="AuthorityException"/>.</summary>
    internal static IssuingCa Check(string waiting, int number, ReadOnlyMemory<byte> certificate, TrustAnchor anchor, string passphrase, Uri? publicUrl, DateTimeOffset now)
    {
        var pending = new AuthorityFolder(waiting);
        var der = Only(certificate, "issuing CA's", " Its issuer must be the root itself: nothing may stand between the two");
        using var loaded = X509CertificateLoader.LoadCertificate(der.Span);
        var constraints = RequireAsAsked(der, loaded, anchor, pending.Read(AuthorityFolder.Request));
        var signer = EncryptedKey.Open(pending.Read(AuthorityFolder.IssuingKey(1)), passphrase, loaded, pending.PathOf(AuthorityFolder.IssuingKey(1)));
        var issuing = new IssuingCa(number, der.ToArray(), signer, constraints, publicUrl);
        try
        {
            TryOut(issuing, anchor, now);
            return issuing;
        }
        catch
        {
            issuing.Dispose();
            throw;
        }
    }

    private static NameConstraints RequireAsAsked(ReadOnlyMemory<byte> issuing, X509Certificate2 loaded, TrustAnchor anchor, string requestPem)
    {
        const string SignAnew = "; have the request signed anew with exactly the extensions that it asks for (openssl x509 -req -copy_extensions copy)";
        var asked = Load(requestPem);
        if (!asked.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(loaded.PublicKey.ExportSubjectPublicKeyInfo()))
            throw new AuthorityException("the certificate holds another key than the request that waits here; bring the one that was made from it");
        if (IssuingCertificates.Check(issuing, anchor, out var constraints) is { } fault) throw new AuthorityException($"the certificate cannot be used: {fault}{SignAnew}");
        return Constraints(loaded.Extensions).SequenceEqual(Constraints(asked.CertificateExtensions))
            ? constraints
            : throw new AuthorityException($"the certificate has other name constraints than the request asks for{SignAnew}");
    }

    /// <summary>What a root may forbid besides: a certificate that nobody gets, verified as every device would.</summary>
    private static void TryOut(IssuingCa issuing, TrustAnchor anchor, DateTimeOffset now)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(issuing.Certificate.Span);
        using var key = certificate.GetRSAPublicKey()!;
        var token = issuing.Prepare(DeviceKeyUse.Identity, "trial", UserId.New(), DeviceId.New(), key, now);
        var trial = token.Issuer.Sign(token);
        if (DeviceCertificates.Verify(trial.Der, [issuing.Certificate], anchor, DeviceKeyUse.Identity, now) is DeviceVerification.Refused refused)
            throw new AuthorityException($"the certificate cannot be used, every device would refuse what it signs: {refused.Reason}");
    }

    internal static CertificateRequest Load(string pem) =>
        CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);

    private static byte[] Constraints(IEnumerable<X509Extension> extensions) => extensions.Single(static one => one.Oid?.Value is Oids.NameConstraints).RawData;

    private static ReadOnlyMemory<byte> Only(ReadOnlyMemory<byte> file, string whose, string more)
    {
        var found = CertificateFile.TryRead(file, CertificateFile.Certificate) ?? throw new AuthorityException($"this is not the {whose} certificate: the file holds none in PEM or DER");
        if (found.Count != 1) throw new AuthorityException($"the file of the {whose} certificate holds {found.Count} of them; give that one alone.{more}");
        return found[0];
    }
}
