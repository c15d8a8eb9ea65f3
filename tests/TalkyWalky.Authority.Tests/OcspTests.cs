using System.Net;
using System.Net.Http.Headers;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority.Tests;

/// <summary>The OCSP responder over HTTPS, asked by ourselves and by OpenSSL.</summary>
public sealed class OcspTests
{
    private const string Address = "/v1/status/ocsp";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task OpenSsl_AsksAboutADevice_GoodAndThenRevokedAtOnce()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var (issuing, certificate) = (authority.TempFile("issuing.pem"), authority.TempFile("alice.pem"));
        await File.WriteAllTextAsync(issuing, authority.Authority.Issuing.Pem);
        await File.WriteAllTextAsync(certificate, alice.ExportCertificatePem());
        Task<string> AskOpenSslAsync() => Shell.RunAsync(
            "openssl", "ocsp", "-issuer", issuing, "-cert", certificate, "-url", new Uri(authority.Address, Address).AbsoluteUri, "-CAfile", authority.RootFile);

        var good = await AskOpenSslAsync();
        Assert.Contains("Response verify OK", good, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", good, StringComparison.Ordinal); // of a nonce that is missing
        Assert.Contains("alice.pem: good", good, StringComparison.Ordinal);

        Assert.IsType<CertificateChange.Done>(await authority.Service.RevokeCertificateAsync(Hex(SerialOf(alice)), X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, None));
        var revoked = await AskOpenSslAsync();
        Assert.Contains("alice.pem: revoked", revoked, StringComparison.Ordinal);
        Assert.Contains("Reason: keyCompromise", revoked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, OcspHash.Sha1)]
    [InlineData(true, OcspHash.Sha256)]
    [InlineData(false, OcspHash.Sha1)]
    public async Task Ask_ByGetOrPost_IsAnsweredWithTheNonce(bool post, OcspHash hash)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");

        for (var i = 0; i < 8; i++) // base64 has slashes in some of them
        {
            var answered = await AskAsync(authority, SerialOf(alice), hash, post);
            Assert.IsType<OcspStatus.Good>(answered.Status);
            Assert.Equal(TimeSpan.FromHours(1), answered.Until - answered.ThisUpdate);
        }
    }

    [Fact]
    public async Task Ask_NeverIssued_IsUnknown()
    {
        await using var authority = await LiveAuthority.StartAsync();

        Assert.IsType<OcspStatus.Unknown>((await AskAsync(authority, 0x1234, OcspHash.Sha1, post: true)).Status);
    }

    [Fact]
    public async Task Ask_IssuedByAnotherAuthority_IsUnknown()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var id = OcspCertificateId.For(TestAuthority.Shared.IssuingCertificate, SerialOf(alice), OcspHash.Sha1);

        var response = await PostAsync(authority, OcspRequest.Encode(id, nonce: null));

        await File.WriteAllBytesAsync(authority.TempFile("response.der"), response);
        Assert.Contains(
            "Cert Status: unknown", await Shell.RunAsync("openssl", "ocsp", "-respin", authority.TempFile("response.der"), "-resp_text", "-noverify"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Nonsense_IsMalformed()
    {
        await using var authority = await LiveAuthority.StartAsync();
        var malformed = OcspResponses.Error(OcspResponseStatus.MalformedRequest);

        Assert.Equal(malformed, await PostAsync(authority, [1, 2, 3]));
        foreach (var path in (string[])["", "/", "/AAAA", "/not base64"])
        {
            using var answer = await authority.AskAsync(identity: null, HttpMethod.Get, Address + path);
            Assert.Equal(malformed, await answer.Content.ReadAsByteArrayAsync());
        }

        using var large = await SendAsync(authority, new byte[OcspResponder.MaxRequest + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task Signer_NearItsEnd_IsReplaced()
    {
        await using var authority = await LiveAuthority.StartAsync();
        for (var i = 0; i < 3; i++) await AskAsync(authority, 0x1234, OcspHash.Sha1, post: true);
        Assert.Equal(1, await SignersAsync(authority));

        authority.Time.Advance(TimeSpan.FromHours(22));
        await AskAsync(authority, 0x1234, OcspHash.Sha1, post: true);
        Assert.Equal(1, await SignersAsync(authority));
        authority.Time.Advance(TimeSpan.FromHours(1));
        await AskAsync(authority, 0x1234, OcspHash.Sha1, post: true);
        Assert.Equal(2, await SignersAsync(authority));
    }

    private static async Task<int> SignersAsync(LiveAuthority authority) =>
        (await authority.Service.CertificatesAsync(user: null, after: null, 100, None)).Count(static one => one.Kind == CertificateKind.Responder);

    private static async Task<OcspVerification.Answered> AskAsync(LiveAuthority authority, BigInteger serial, OcspHash hash, bool post)
    {
        var nonce = RandomNumberGenerator.GetBytes(32);
        var request = OcspRequest.Encode(OcspCertificateId.For(authority.Authority.IssuingCertificate, serial, hash), nonce);
        var response = post ? await PostAsync(authority, request) : await GetAsync(authority, request);
        return Assert.IsType<OcspVerification.Answered>(OcspResponses.Verify(response, authority.Authority.IssuingCertificate, serial, nonce, authority.Time.GetUtcNow()));
    }

    private static async Task<byte[]> GetAsync(LiveAuthority authority, byte[] request)
    {
        using var answer = await authority.AskAsync(identity: null, HttpMethod.Get, $"{Address}/{Uri.EscapeDataString(Convert.ToBase64String(request))}");
        Assert.Equal("application/ocsp-response", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static async Task<byte[]> PostAsync(LiveAuthority authority, byte[] request)
    {
        using var answer = await SendAsync(authority, request);
        Assert.Equal("application/ocsp-response", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static Task<HttpResponseMessage> SendAsync(LiveAuthority authority, byte[] request)
    {
        var content = new ByteArrayContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
        return authority.AskAsync(identity: null, HttpMethod.Post, Address, content);
    }

    private static BigInteger SerialOf(X509Certificate2 certificate) => new(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true);

    private static string Hex(BigInteger serial) => Convert.ToHexStringLower(serial.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(32, '0');
}
