using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TalkyWalky.Client.Direct;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Tests.Direct;

/// <summary>One side of a direct connection that is ours, and another that a test plays.</summary>
internal static class Handshakes
{
    /// <summary>What an honest device would say.</summary>
    public static DirectHello Greeting(Credentials from, UserId to) => new()
    {
        Version = Limits.ProtocolVersion,
        FromUser = ByteString.CopyFrom(from.Identity.User.ToArray()),
        FromDevice = ByteString.CopyFrom(from.Identity.Device.ToArray()),
        ToUser = ByteString.CopyFrom(to.ToArray()),
        EncryptionCertificate = ByteString.CopyFrom(from.Encryption.Der.Span),
    };

    /// <summary>What comes of a call that this device answers.</summary>
    public static Task<DirectOpening> MeetAsync(Credentials answering, Func<NetworkStream, Task> call) =>
        BetweenAsync(call, network => New(answering).AnswerAsync(network, CancellationToken.None));

    /// <summary>What comes of a call by this device to a person, whom the test plays.</summary>
    public static Task<DirectOpening> CallAsync(Credentials calling, UserId wanted, Func<NetworkStream, Task> answer) =>
        BetweenAsync(answer, network => New(calling).CallAsync(network, there => there.User == wanted, "the other", CancellationToken.None));

    /// <summary>TLS that takes whoever is there.</summary>
    public static SslStream Tls(NetworkStream network) => new(network, leaveInnerStreamOpen: true, static (_, certificate, _, _) => certificate is not null);

    public static SslClientAuthenticationOptions Options(SslStreamCertificateContext? certificate) =>
        new() { TargetHost = "", EnabledSslProtocols = SslProtocols.Tls13, ClientCertificateContext = certificate };

    public static SslServerAuthenticationOptions ServerOptions(SslStreamCertificateContext certificate) =>
        new() { EnabledSslProtocols = SslProtocols.Tls13, ServerCertificateContext = certificate, ClientCertificateRequired = true, CertificateRevocationCheckMode = X509RevocationMode.NoCheck };

    public static async Task<Credentials> LoadAsync(TestClient client)
    {
        var opened = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(client.Folder, TestClient.Passphrase, create: false));
        await using var folder = opened.Folder;
        return await folder.Database.RunAsync(static rows => Credentials.Load(rows, DateTimeOffset.UtcNow), CancellationToken.None) ?? throw new InvalidOperationException("not enrolled");
    }

    private static DirectHandshake New(Credentials credentials) => new(credentials, static _ => null, TimeProvider.System);

    private static async Task<DirectOpening> BetweenAsync(Func<NetworkStream, Task> test, Func<NetworkStream, Task<DirectOpening>> open)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var opening = open(new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
        await test(client.GetStream());
        return await opening.WaitAsync(TestClient.Patience);
    }
}
