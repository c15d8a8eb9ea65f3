using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Status;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

/// <summary>CRLs from openssl to us and back.</summary>
public sealed class RevocationListPeerTests : IDisposable
{
    private const string Configuration = """
        [ca]
        default_ca = it
        [it]
        database = index.txt
        crlnumber = number
        certificate = ca.pem
        private_key = ca.key
        default_md = HASH
        default_crl_days = 30
        crl_extensions = list
        [list]
        authorityKeyIdentifier = keyid
        """;

    private static readonly BigInteger Serial = BigInteger.Parse("7f00000000000000000000000000abcd", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private readonly OpenSsl _openssl = new();

    public void Dispose() => _openssl.Dispose();

    [Theory]
    [InlineData("rsa", "sha256")]
    [InlineData("rsa", "sha512")]
    [InlineData("ec", "sha256")]
    [InlineData("ec", "sha384")]
    public async Task Verify_CrlOfOpenssl_IsVerified(string kind, string hash)
    {
        using var rsa = KeyPool.Shared.CreateRsa(3072);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AsymmetricAlgorithm key = kind == "rsa" ? rsa : ec;
        var request = key == rsa
            ? new CertificateRequest("CN=Their CA", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=Their CA", ec, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow(); // openssl dates its CRLs itself
        using var ca = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(60));
        _openssl.Write("ca.pem", ca.ExportCertificatePem());
        _openssl.Write("ca.key", key.ExportPkcs8PrivateKeyPem());
        _openssl.Write("ca.cnf", Configuration.Replace("HASH", hash, StringComparison.Ordinal));
        _openssl.Write("number", "1f\n");
        _openssl.Write("index.txt", $"R\t401121000000Z\t260102030405Z,keyCompromise\t{Serial:X32}\tunknown\t/CN=alice\n");
        await _openssl.RunAsync("ca", "-config", "ca.cnf", "-gencrl", "-out", "list.pem");
        var der = CertificateFile.TryRead(_openssl.Read("list.pem"), CertificateFile.Crl)!.Single();

        var crl = Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(der, ca.RawData, now.AddMinutes(1), lastNumber: 0x1e)).Crl;

        Assert.Equal((1, new BigInteger(0x1f)), (crl.Count, crl.Number));
        Assert.Equal(new RevokedCertificate(Serial, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), X509RevocationReason.KeyCompromise), crl.Find(Serial));
    }

    [Fact]
    public async Task Build_CrlOfOurs_IsReadAndUsedByOpenssl()
    {
        var now = TestCa.Now;
        var (root, issuing) = (new TestCa("CN=Root"), new TestCa("CN=Issuing"));
        var (rootDer, issuingDer) = (root.SelfSigned(), root.Certify(issuing));
        var (alice, bob) = (issuing.Server(d => d.Serial = Serial.ToByteArray(isBigEndian: true)), issuing.Server());
        var list = RevocationLists.Build(
            issuingDer, 0x2a, now, now.AddHours(1), [new RevokedCertificate(Serial, now.AddMinutes(-5), X509RevocationReason.KeyCompromise)], X509SignatureGenerator.CreateForECDsa(issuing.Key));
        _openssl.Write("list.der", list);
        _openssl.Write("root.pem", Pem("CERTIFICATE", rootDer));
        _openssl.Write("issuing.pem", Pem("CERTIFICATE", issuingDer));
        _openssl.Write("lists.pem", Pem("X509 CRL", list) + Pem("X509 CRL", RevocationLists.Build(rootDer, 1, now, now.AddDays(9), [], X509SignatureGenerator.CreateForECDsa(root.Key))));

        var text = await _openssl.RunAsync("crl", "-inform", "der", "-in", "list.der", "-noout", "-text", "-CAfile", "issuing.pem");
        Assert.Contains("verify OK", text, StringComparison.Ordinal);
        Assert.Contains($"Serial Number: {Serial:X32}", text, StringComparison.Ordinal);
        Assert.Contains("Key Compromise", text, StringComparison.Ordinal);
        Assert.Matches(@"X509v3 CRL Number:\s+42\b", text);

        _openssl.Write("alice.pem", Pem("CERTIFICATE", alice));
        _openssl.Write("bob.pem", Pem("CERTIFICATE", bob));
        Task<(int Code, string Output)> VerifyAsync(string leaf) => _openssl.TryAsync(
            "verify", "-crl_check_all", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-CRLfile", "lists.pem", "-attime", $"{now.AddMinutes(1).ToUnixTimeSeconds()}", leaf);
        Assert.Equal((0, "bob.pem: OK\n"), await VerifyAsync("bob.pem"));
        Assert.Contains("certificate revoked", (await VerifyAsync("alice.pem")).Output, StringComparison.Ordinal);
    }

    private static string Pem(string label, byte[] der) => PemEncoding.WriteString(label, der) + "\n";
}
