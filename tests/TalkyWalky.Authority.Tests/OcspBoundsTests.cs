using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Authority.Tests;

/// <summary>OCSP requests that are too large, too many, too long or none: each has an exact answer, and the next one is served.</summary>
public sealed class OcspBoundsTests
{
    private const string Address = "/v1/status/ocsp";
    private static readonly byte[] Malformed = OcspResponses.Error(OcspResponseStatus.MalformedRequest);

    [Theory]
    [InlineData("Content-Length: 1073741824", 0)]
    [InlineData("Content-Length: 5000", 1)]
    [InlineData("Transfer-Encoding: chunked", 5000)]
    public async Task Post_LargerThanTheBound_Is413BeforeItsEnd(string length, int sent)
    {
        await using var authority = await LiveAuthority.StartAsync();
        await using var tls = await ConnectAsync(authority);
        var chunk = length.EndsWith("chunked", StringComparison.Ordinal) ? $"{sent:x}\r\n" : "";
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"POST {Address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/ocsp-request\r\n{length}\r\n\r\n{chunk}{new string('0', sent)}"));

        Assert.StartsWith("HTTP/1.1 413 ", await StatusLineAsync(tls), StringComparison.Ordinal);
        await AssertServesAsync(authority);
    }

    [Theory]
    [InlineData(OcspRequest.MaxCertificates, false)]
    [InlineData(OcspRequest.MaxCertificates + 1, true)]
    public async Task Post_ManyInOne_IsAnsweredUpToTheBound(int count, bool isMalformed)
    {
        await using var authority = await LiveAuthority.StartAsync();
        await File.WriteAllTextAsync(authority.TempFile("issuing.pem"), authority.Authority.Issuing.Pem);
        IEnumerable<string> serials = Enumerable.Range(1, count).SelectMany(static n => (string[])["-serial", $"{n}"]);
        await Shell.RunAsync("openssl", ["ocsp", "-no_nonce", "-issuer", authority.TempFile("issuing.pem"), .. serials, "-reqout", authority.TempFile("many.req")]);

        var response = await PostAsync(authority, await File.ReadAllBytesAsync(authority.TempFile("many.req")));

        if (isMalformed) Assert.Equal(Malformed, response);
        else
            Assert.All(Enumerable.Range(1, count), n => Assert.IsType<OcspStatus.Unknown>(Assert.IsType<OcspVerification.Answered>(
                OcspResponses.Verify(response, authority.Authority.IssuingCertificate, n, nonce: null, authority.Time.GetUtcNow())).Status));
    }

    /// <summary>Longer than a request may be, and then longer than a path may be.</summary>
    [Fact]
    public async Task Get_OverlongPath_IsMalformedOr414()
    {
        await using var authority = await LiveAuthority.StartAsync();

        using var large = await GetAsync(authority, Convert.ToBase64String(new byte[OcspResponder.MaxRequest + 1]));
        Assert.Equal(HttpStatusCode.OK, large.StatusCode);
        Assert.Equal(Malformed, await large.Content.ReadAsByteArrayAsync());
        using var larger = await GetAsync(authority, new string('A', 10_000));
        Assert.Equal(HttpStatusCode.RequestUriTooLong, larger.StatusCode);
        await AssertServesAsync(authority);
    }

    [Fact]
    public async Task Post_OtherContentType_Is415()
    {
        await using var authority = await LiveAuthority.StartAsync();

        using var answer = await authority.AskAsync(identity: null, HttpMethod.Post, Address, new StringContent("?", Encoding.ASCII, "text/plain"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Post_Garbage_IsMalformedOrAnAnswerAndNeverAFailure()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var client = authority.Client();
        var good = OcspRequest.Encode(OcspCertificateId.For(authority.Authority.IssuingCertificate, 4711, OcspHash.Sha256), new byte[32]);
        var random = new Random(6960);
        var malformed = 0;
        for (var round = 0; round < 300; round++)
        {
            var request = (byte[])good.Clone();
            if (round % 2 == 0) random.NextBytes(request);
            else request[random.Next(request.Length)] ^= (byte)random.Next(1, 256);
            using var answer = await client.PostAsync(Address, Content(request));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            if ((await answer.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(Malformed)) malformed++;
        }

        Assert.InRange(malformed, 150, 299); // another serial number is a request, too
        await AssertServesAsync(authority);
    }

    private static async Task AssertServesAsync(LiveAuthority authority)
    {
        var response = await PostAsync(authority, OcspRequest.Encode(OcspCertificateId.For(authority.Authority.IssuingCertificate, 4711, OcspHash.Sha1), nonce: null));
        Assert.IsType<OcspVerification.Answered>(OcspResponses.Verify(response, authority.Authority.IssuingCertificate, 4711, nonce: null, authority.Time.GetUtcNow()));
    }

    private static Task<HttpResponseMessage> GetAsync(LiveAuthority authority, string base64) => authority.AskAsync(identity: null, HttpMethod.Get, $"{Address}/{base64}");

    private static async Task<byte[]> PostAsync(LiveAuthority authority, byte[] request)
    {
        using var answer = await authority.AskAsync(identity: null, HttpMethod.Post, Address, Content(request));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static ByteArrayContent Content(byte[] request) => new(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/ocsp-request") } };

    private static async Task<SslStream> ConnectAsync(LiveAuthority authority)
    {
        var client = new TcpClient();
        await client.ConnectAsync(authority.Address.Host, authority.Address.Port);
        var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => ServerCertificates.Verify(
                certificate!.GetRawCertData(), [authority.Authority.IssuingCertificate], authority.Authority.Anchor, "127.0.0.1", authority.Time.GetUtcNow()) is ServerVerification.Verified,
        });
        return tls;
    }

    private static async Task<string> StatusLineAsync(SslStream tls)
    {
        using var reader = new StreamReader(tls, Encoding.ASCII, detectEncodingFromByteOrderMarks: false, bufferSize: 1024, leaveOpen: true);
        return await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(5)) ?? "";
    }
}
