using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TalkyWalky.Client.Direct;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Tests.Direct;

/// <summary>Who lies in the handshake of a direct connection gets no further. Each of these callers holds a real key and a real certificate.</summary>
public sealed class DirectHandshakeTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Call_GreetingNamesSomebodyElse_IsRefused()
    {
        var why = await GreetedAsync(static hello => hello.FromUser = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)));
        Assert.Equal("The other device's greeting names somebody else than its certificate.", why);
    }

    [Fact]
    public async Task Call_MeantForSomebodyElse_IsRefused()
    {
        var why = await GreetedAsync(static hello => hello.ToUser = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)));
        Assert.EndsWith("and the call was for somebody else.", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_AnothersEncryptionCertificate_IsRefused()
    {
        await using var carol = await TestClient.RegisterAsync(server.Link, "carol");
        using var hers = await Handshakes.LoadAsync(carol);
        var why = await GreetedAsync(hello => hello.EncryptionCertificate = ByteString.CopyFrom(hers.Encryption.Der.Span));
        Assert.Equal("The other device's two certificates are not of one device.", why);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_IdentityOrNothingShownAsEncryption_IsRefused(bool isIdentity)
    {
        var why = await GreetedAsync((hello, mallory) => hello.EncryptionCertificate = isIdentity ? ByteString.CopyFrom(mallory.Identity.Der.Span) : ByteString.Empty);
        Assert.StartsWith("The other device's encryption certificate is not valid", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_UnknownVersion_IsRefused() =>
        Assert.Contains("another version", await GreetedAsync(static hello => hello.Version = 2), StringComparison.Ordinal);

    [Fact]
    public async Task Call_EncryptionCertificateInTls_IsRefused()
    {
        await using var mallory = await TestClient.RegisterAsync(server.Link, "mallory");
        using var credentials = await Handshakes.LoadAsync(mallory);
        using var certificate = X509CertificateLoader.LoadCertificate(credentials.Encryption.Der.Span);
        using var withKey = certificate.CopyWithPrivateKey(credentials.EncryptionKeys[0].Key);
        Assert.StartsWith("The other device's certificate is not valid", await AnsweredAsync(withKey), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_SelfMadeCertificate_IsRefused()
    {
        using var key = RSA.Create(3072);
        using var made = new CertificateRequest("CN=ada", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.StartsWith("The other device's certificate is not valid", await AnsweredAsync(made), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NoCertificate_IsRefused() => Assert.Equal("The other device showed no certificate.", await AnsweredAsync(certificate: null));

    [Fact]
    public async Task Answer_FrameTooLong_EndsTheHandshake()
    {
        var (opening, _) = await AgainstBobAsync(async (tls, _, _) =>
        {
            await tls.WriteAsync(new byte[] { 0x7f, 0xff, 0xff, 0xff });
            return "";
        });
        Assert.Contains("more than", Assert.IsType<DirectOpening.Unreachable>(opening).Why, StringComparison.Ordinal);
    }

    /// <summary>What bob says to a caller with a real certificate whose greeting is changed.</summary>
    private Task<string> GreetedAsync(Action<DirectHello> change) => GreetedAsync((hello, _) => change(hello));

    private async Task<string> GreetedAsync(Action<DirectHello, Credentials> change)
    {
        var (opening, heard) = await AgainstBobAsync(async (tls, mallory, bob) =>
        {
            await using var stream = new DirectStream(tls);
            var hello = Handshakes.Greeting(mallory, bob.Identity.User);
            change(hello, mallory);
            await stream.SendAsync(new DirectFrame { Hello = hello }, CancellationToken.None);
            var answer = await stream.ReadAsync(CancellationToken.None);
            Assert.Equal(DirectFrame.BodyOneofCase.Closing, answer!.BodyCase);
            return answer.Closing.Text;
        });
        Assert.Equal(heard, Assert.IsType<DirectOpening.Refused>(opening).Why);
        return heard;
    }

    /// <summary>Why bob ends a handshake with this certificate.</summary>
    private async Task<string> AnsweredAsync(X509Certificate2? certificate)
    {
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        using var credentials = await Handshakes.LoadAsync(bob);
        var opening = await Handshakes.MeetAsync(credentials, async network =>
        {
            await using var tls = new SslStream(network, leaveInnerStreamOpen: true, static (_, certificate, _, _) => certificate is not null);
            try
            {
                await tls.AuthenticateAsClientAsync(Handshakes.Options(certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true)));
                await tls.ReadExactlyAsync(new byte[1]);
            }
            catch (Exception refused) when (refused is IOException or AuthenticationException)
            {
                // As it should be.
            }
        });
        return Assert.IsType<DirectOpening.Refused>(opening).Why;
    }

    private async Task<(DirectOpening Opening, string Heard)> AgainstBobAsync(Func<SslStream, Credentials, Credentials, Task<string>> talk)
    {
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob");
        await using var mallory = await TestClient.RegisterAsync(server.Link, "mallory");
        using var his = await Handshakes.LoadAsync(bob);
        using var theirs = await Handshakes.LoadAsync(mallory);
        var heard = "";
        var opening = await Handshakes.MeetAsync(his, async network =>
        {
            await using var tls = new SslStream(network, leaveInnerStreamOpen: true, static (_, certificate, _, _) => certificate is not null);
            await tls.AuthenticateAsClientAsync(Handshakes.Options(theirs.TlsIdentity()));
            heard = await talk(tls, theirs, his);
        });
        return (opening, heard);
    }
}
