using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Pki.Tests;

/// <summary>29 February, which exists in some years only.</summary>
public sealed class LeapDayTests : IDisposable
{
    private static readonly DateTimeOffset LeapDay = new(2028, 2, 29, 0, 0, 0, TimeSpan.Zero);

    private readonly OpenSsl _openssl = new();

    public void Dispose() => _openssl.Dispose();

    [Theory]
    [InlineData("2028-02-28T23:59:59Z", null)]
    [InlineData("2028-02-29T00:00:00Z", null)]
    [InlineData("2028-02-29T23:59:58Z", null)]
    [InlineData("2028-02-29T23:59:59Z", PathFailure.Expired)]
    [InlineData("2028-03-01T00:00:00Z", PathFailure.Expired)]
    [InlineData("2028-02-27T23:59:59Z", PathFailure.NotYetValid)]
    public async Task Verify_CertificateThatEndsOnIt_IsJudgedToTheSecondAsByOpenssl(string time, PathFailure? expected)
    {
        var at = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        var leaf = TestPki.Good.Identity(static d => (d.NotBefore, d.NotAfter) = (LeapDay.AddDays(-1), LeapDay.AddDays(1).AddSeconds(-1)));
        _openssl.Write("root.pem", Pem(TestPki.Good.Root));
        _openssl.Write("issuing.pem", Pem(TestPki.Good.Issuing));
        _openssl.Write("leaf.pem", Pem(leaf));

        var ours = TestPki.VerifyIdentity(TestPki.Good, leaf, at);
        var (theirs, _) = await _openssl.TryAsync("verify", "-attime", $"{at.ToUnixTimeSeconds()}", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "leaf.pem");

        Assert.Equal(expected, (ours as DeviceVerification.Refused)?.Failure);
        Assert.Equal(expected is null, theirs == 0);
    }

    [Fact]
    public void Verify_OnA29thOfFebruaryThatThereIsNot_IsMalformed()
    {
        var leaf = TestPki.Good.Identity(static d => (d.NotBefore, d.NotAfter) = (LeapDay.AddDays(-1), LeapDay));
        "270229000000Z"u8.CopyTo(leaf.AsSpan(leaf.AsSpan().IndexOf("280229000000Z"u8)));

        Assert.Equal(PathFailure.Malformed, Assert.IsType<DeviceVerification.Refused>(TestPki.VerifyIdentity(TestPki.Good, leaf, LeapDay.AddHours(-1))).Failure);
    }

    [Fact]
    public void Crl_AcrossItsMidnight_CountsToItsEnd()
    {
        var (ca, signed) = (new TestCa("CN=CA,O=Example"), LeapDay.AddHours(23.5));
        var der = ca.SelfSigned(static d => (d.NotBefore, d.NotAfter) = (LeapDay.AddDays(-1), LeapDay.AddDays(9)));
        var crl = RevocationLists.Build(der, 1, signed, signed.AddHours(1), [new RevokedCertificate(7, LeapDay, X509RevocationReason.Superseded)], X509SignatureGenerator.CreateForECDsa(ca.Key));

        var last = new DateTimeOffset(2028, 3, 1, 0, 29, 59, TimeSpan.Zero);
        var verified = Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(crl, der, last, lastNumber: null)).Crl;
        Assert.Equal((signed, last.AddSeconds(1), LeapDay), (verified.ThisUpdate, verified.NextUpdate, verified.Find(7)!.At));
        Assert.Equal(StatusFailure.Expired, Assert.IsType<CrlVerification.Refused>(RevocationLists.Verify(crl, der, last.AddSeconds(1), lastNumber: null)).Failure);
    }

    [Fact]
    public void Ocsp_AcrossItsMidnight_CountsToItsEnd()
    {
        var (ca, signed) = (new TestCa("CN=CA,O=Example"), LeapDay.AddHours(23.5));
        var der = ca.SelfSigned(static d => (d.NotBefore, d.NotAfter) = (LeapDay.AddDays(-1), LeapDay.AddDays(9)));
        var single = new OcspSingle(OcspCertificateId.For(der, 7, OcspHash.Sha256), new OcspStatus.Revoked(LeapDay, X509RevocationReason.Superseded), signed, signed.AddHours(1));
        var response = OcspResponses.Build(der, attach: false, [single], signed, nonce: null, X509SignatureGenerator.CreateForECDsa(ca.Key));

        var last = new DateTimeOffset(2028, 3, 1, 0, 29, 59, TimeSpan.Zero);
        Assert.Equal(new OcspVerification.Answered(single.Status, signed, last.AddSeconds(1)), OcspResponses.Verify(response, der, 7, nonce: null, last));
        Assert.Equal(StatusFailure.Expired, Assert.IsType<OcspVerification.Refused>(OcspResponses.Verify(response, der, 7, nonce: null, last.AddSeconds(1))).Failure);
    }

    private static string Pem(byte[] der) => System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", der) + "\n";
}
