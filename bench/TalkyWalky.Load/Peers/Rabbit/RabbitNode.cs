using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using RabbitMQ.Client;
using TalkyWalky.Engines;
using TalkyWalky.Engines.RabbitMq;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Testing;

namespace TalkyWalky.Load.Peers.Rabbit;

/// <summary>One node in a temporary folder, as deploy/services/rabbitmq runs it.</summary>
internal sealed class RabbitNode : IAsyncDisposable
{
    private readonly ServerChild _child;
    private readonly DirectoryInfo _folder;
    private JsonElement _about;
    private string _password = "";

    private RabbitNode(ServerChild child, DirectoryInfo folder) => (_child, _folder) = (child, folder);

    public static string? Missing => File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        ? null
        : "RabbitMQ is not installed; apt-get install rabbitmq-server, and stop the service that the package starts";

    public int ProcessId { get; private set; }

    public static async Task<RabbitNode> StartAsync(CancellationToken cancellation)
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("tw-rabbitmq-"), FreePort());
        var child = ServerChild.Start(
            Path.Combine(Repository.Root, "deploy", "services", "rabbitmq"),
            ["--dir", folder.FullName, "--port", port.ToString(CultureInfo.InvariantCulture), "--tls-port", (port + 5).ToString(CultureInfo.InvariantCulture)], Cores.OfServers,
            endsByTerm: true);
        var node = new RabbitNode(child, folder);
        try
        {
            await node.ReadAsync(cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public ConnectionFactory Connections(bool tls) => new()
    {
        Uri = Address(tls ? "amqps" : "amqp"),
        UserName = Text("username"),
        Password = _password,
        AutomaticRecoveryEnabled = false,
        Ssl = tls ? Trust(Text("caFile")) : new SslOption(),
    };

    /// <summary>For our engine, without TLS.</summary>
    public RabbitOptions Options(RabbitQueueType type) => new([Address("amqp")], "/", Text("username"), _password, null, null, null, type, MailboxLimits.Default);

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var about = Path.Combine(_folder.FullName, "about.json");
        await _child.UntilAsync(_ => Task.FromResult(File.Exists(about)), cancellation);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(about, cancellation));
        _about = json.RootElement.Clone();
        _password = (await File.ReadAllTextAsync(Text("passwordFile"), cancellation)).Trim();
        ProcessId = int.Parse((await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "tw1.pid"), cancellation)).Trim(), CultureInfo.InvariantCulture);
    }

    private string Text(string name) => _about.GetProperty(name).GetString()!;

    private Uri Address(string scheme) => new(_about.GetProperty(scheme)[0].GetString()!);

    private static SslOption Trust(string caFile) => new("127.0.0.1")
    {
        Enabled = true,
        Version = SslProtocols.Tls13,
        CertificateValidationCallback = (_, certificate, _, _) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // the CA that was just made in this folder has no CRL
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(caFile);
            return chain.Build((X509Certificate2)certificate!);
        },
    };

    // The node, its TLS, what nodes have among themselves and their epmd.
    private static int FreePort()
    {
        while (true)
        {
            var port = Ports.Free();
            if (Array.TrueForAll([port + 5, port + 10, port + 20], Ports.IsFree)) return port;
        }
    }
}
