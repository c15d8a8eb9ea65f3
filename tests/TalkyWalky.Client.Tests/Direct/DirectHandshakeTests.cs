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
        using var hers = await LoadAsync(carol);
        var why = await GreetedAsync(hello => hello.EncryptionCertificate = ByteString.CopyFrom(hers.Encryption.Der.Span));
        Assert.Equal("The other device's two certificates are not of one device.", why);
    }

    [Fact]
    public async Task Call_IdentityShownAsEncryption_IsRefused()
    {
        var why = await GreetedAsync(static hello => hello.EncryptionCertificate = ByteString.Empty);
        Assert.StartsWith("The other device's encryption certificate is not valid", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_UnknownVersion_IsRefused() =>
        Assert.Contains("another version", await GreetedAsync(static hello => hello.Version = 2), StringComparison.Ordinal);

    [Fact]
    public async Task Call_EncryptionCertificateInTls_IsRefused()
    {
        await using var mallory = await TestClient.RegisterAsync(server.Link, "mallory");
        using var credentials = await LoadAsync(mallory);
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
    private async Task<string> GreetedAsync(Action<DirectHello> change)
    {
        var (opening, heard) = await AgainstBobAsync(async (tls, mallory, bob) =>
        {
            await using var stream = new DirectStream(tls);
            var hello = new DirectHello
            {
                Version = Limits.ProtocolVersion,
                FromUser = ByteString.CopyFrom(mallory.Identity.User.ToArray()),
                FromDevice = ByteString.CopyFrom(mallory.Identity.Device.ToArray()),
                ToUser = ByteString.CopyFrom(bob.Identity.User.ToArray()),
                EncryptionCertificate = ByteString.CopyFrom(mallory.Encryption.Der.Span),
            };
            change(hello);
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
        using var credentials = await LoadAsync(bob);
        var opening = await MeetAsync(credentials, async network =>
        {
            await using var tls = new SslStream(network, leaveInnerStreamOpen: true, static (_, certificate, _, _) => certificate is not null);
            try
            {
                await tls.AuthenticateAsClientAsync(Options(certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true)));
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
        using var his = await LoadAsync(bob);
        using var theirs = await LoadAsync(mallory);
        var heard = "";
        var opening = await MeetAsync(his, async network =>
        {
            await using var tls = new SslStream(network, leaveInnerStreamOpen: true, static (_, certificate, _, _) => certificate is not null);
            await tls.AuthenticateAsClientAsync(Options(theirs.TlsIdentity()));
            heard = await talk(tls, theirs, his);
        });
        return (opening, heard);
    }

    private static async Task<DirectOpening> MeetAsync(Credentials answering, Func<NetworkStream, Task> call)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var caller = new TcpClient();
        await caller.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var socket = await listener.AcceptSocketAsync();
        var answered = new DirectHandshake(answering, static _ => null, TimeProvider.System).AnswerAsync(new NetworkStream(socket, ownsSocket: true), CancellationToken.None);
        await call(caller.GetStream());
        return await answered.WaitAsync(TestClient.Patience);
    }

    private static SslClientAuthenticationOptions Options(SslStreamCertificateContext? certificate) =>
        new() { TargetHost = "", EnabledSslProtocols = SslProtocols.Tls13, ClientCertificateContext = certificate };

    private static async Task<Credentials> LoadAsync(TestClient client)
    {
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(client.Folder, TestClient.Passphrase, create: false));
        await using var folder = opened.Folder;
        return await folder.Database.RunAsync(static rows => Credentials.Load(rows, DateTimeOffset.UtcNow), CancellationToken.None) ?? throw new InvalidOperationException("not enrolled");
    }
}
