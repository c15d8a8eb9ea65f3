using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>RabbitMQ on loopback with a folder of its own, run by deploy/services/rabbitmq.</summary>
public sealed class RabbitNode : IAsyncLifetime
{
    private readonly int _port = FreePorts();
    private RunningProgram? _server;
    private JsonElement _about;

    public string Folder { get; } = Directory.CreateTempSubdirectory("tw-broker-").FullName;

    public Uri Amqp => new(_about.GetProperty("amqp")[0].GetString()!);

    public Uri Amqps => new(_about.GetProperty("amqps")[0].GetString()!);

    public string CaFile => About("caFile");

    public string CertificateFile => About("certificateFile");

    public string KeyFile => About("keyFile");

    /// <summary>A user with the rights that TalkyWalky needs and no more.</summary>
    public string Username => About("username");

    public string PasswordFile => About("passwordFile");

    public string Password => File.ReadAllText(PasswordFile);

    /// <summary>Completes when it answers.</summary>
    public async Task InitializeAsync()
    {
        var server = _server = RunningProgram.Start(
            Path.Combine(Repository.Root, "deploy", "services", "rabbitmq"), ["--dir", Folder, "--port", $"{_port}", "--tls-port", $"{_port + 5}"]);
        var about = Path.Combine(Folder, "about.json");
        var ended = server.ExitAsync(seconds: 300);
        while (!File.Exists(about))
        {
            if (ended.IsCompleted) throw new InvalidOperationException($"deploy/services/rabbitmq ended with {await ended}: {server.Errors()}");
            await Task.Delay(100);
        }

        _about = JsonDocument.Parse(await File.ReadAllTextAsync(about)).RootElement.Clone();
    }

    public async Task DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.SignalAsync("TERM");
            await server.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>SIGKILL to the node, which its script starts again.</summary>
    public async Task KillNodeAsync() => (await Programs.RunAsync("kill", ["-KILL", (await File.ReadAllTextAsync(Path.Combine(Folder, "tw1.pid"))).Trim()])).Expect(0);

    public async Task<string> RabbitmqctlAsync(params string[] arguments) => await RabbitmqctlAsync(arguments, input: null);

    public async Task<string> RabbitmqctlAsync(string[] arguments, string? input) => (await Programs.RunAsync(About("rabbitmqctl"), arguments, input)).Expect(0).Output;

    private string About(string name) => _about.GetProperty(name).GetString()!;

    // The node, its TLS, what nodes have among themselves and their epmd.
    /// <summary>The first of those that a node takes: its TLS port is 5 after it.</summary>
    public static int FreePorts()
    {
        while (true)
        {
            var port = Ports.Free();
            if (Array.TrueForAll([port + 5, port + 10, port + 20], Ports.IsFree)) return port;
        }
    }
}
