using System.Globalization;
using System.Text.Json;
using RabbitMQ.Client;
using TalkyWalky.Testing;

namespace TalkyWalky.Load.Peers.Rabbit;

/// <summary>RabbitMQ itself, as deploy/services/rabbitmq runs it: a durable queue for each person, confirms and acknowledgements.</summary>
internal sealed class RabbitPeer(string type) : IPeer
{
    public const string Exchange = "tw1.bench", Room = "tw1.bench.room";

    public string Name => $"rabbitmq-{type}";

    public string Description => $"RabbitMQ, one node, durable {type} queues, persistent messages, publisher confirms, consumer acknowledgements; no management plug-in, so no statistics";

    public string? Missing => File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        ? null
        : "RabbitMQ is not installed; apt-get install rabbitmq-server, and stop the service that the package starts";

    public static string QueueOf(int person) => string.Create(CultureInfo.InvariantCulture, $"tw1.bench.{person}");

    public async Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation)
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("tw-rabbitmq-"), FreePort());
        var child = ServerChild.Start(
            Path.Combine(Repository.Root, "deploy", "services", "rabbitmq"),
            ["--dir", folder.FullName, "--port", port.ToString(CultureInfo.InvariantCulture), "--tls-port", (port + 5).ToString(CultureInfo.InvariantCulture)], crowd.ServerCore,
            endsByTerm: true);
        try
        {
            var about = Path.Combine(folder.FullName, "about.json");
            await child.UntilAsync(_ => Task.FromResult(File.Exists(about)), cancellation);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(about, cancellation));
            var root = json.RootElement;
            var factory = new ConnectionFactory
            {
                Uri = new Uri(root.GetProperty(crowd.Tls ? "amqps" : "amqp")[0].GetString()!),
                UserName = root.GetProperty("username").GetString()!,
                Password = await File.ReadAllTextAsync(root.GetProperty("passwordFile").GetString()!, cancellation),
                AutomaticRecoveryEnabled = false,
            };
            if (crowd.Tls) factory.Ssl = Trust(root.GetProperty("caFile").GetString()!);
            await DeclareAsync(factory, crowd.People, cancellation);
            var process = int.Parse((await File.ReadAllTextAsync(Path.Combine(folder.FullName, "tw1.pid"), cancellation)).Trim(), CultureInfo.InvariantCulture);
            return new Running(child, folder, factory, process);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    private async Task DeclareAsync(ConnectionFactory factory, int people, CancellationToken cancellation)
    {
        await using var connection = await factory.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Room, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = type };
        for (var person = 0; person < people; person++)
        {
            await channel.QueueDeclareAsync(QueueOf(person), durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
            await channel.QueueBindAsync(QueueOf(person), Exchange, QueueOf(person), cancellationToken: cancellation);
            await channel.QueueBindAsync(QueueOf(person), Room, "", cancellationToken: cancellation);
        }
    }

    private static SslOption Trust(string caFile) => new("127.0.0.1")
    {
        Enabled = true,
        Version = System.Security.Authentication.SslProtocols.Tls13,
        CertificateValidationCallback = (_, certificate, _, _) =>
        {
            using var chain = new System.Security.Cryptography.X509Certificates.X509Chain();
            chain.ChainPolicy.TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(caFile);
            return chain.Build((System.Security.Cryptography.X509Certificates.X509Certificate2)certificate!);
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

    private sealed class Running(ServerChild child, DirectoryInfo folder, ConnectionFactory factory, int process) : IRunningPeer
    {
        public int ProcessId => process;

        public bool Answers => true;

        public bool ReturnsToAuthor => true;

        public async Task<ChatClient> OpenAsync(int person, CancellationToken cancellation) => await RabbitClient.OpenAsync(factory, person, cancellation);

        public async ValueTask DisposeAsync()
        {
            await child.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
