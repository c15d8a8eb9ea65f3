using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>The real talkywalkyd as a process of its own, behind a relay, with its data in a temporary folder. It can be killed, started again and cut off.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class TestServer : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly TempFolder _folder = new();
    private readonly int _port = Ports.Free();
    private readonly Relay _relay;
    private readonly Dictionary<string, string> _environment;
    private ServerProcess? _process;

    public TestServer() : this([]) { }

    /// <param name="settings">Environment variables.</param>
    internal TestServer((string Name, string Value)[] settings)
    {
        _relay = new Relay("127.0.0.1", _port);
        _environment = settings.Append(("TALKYWALKYD_PUBLICURL", $"https://127.0.0.1:{_relay.Port}")).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Of another organisation: the others share one root, to save its making. Call it before the start.</summary>
    internal TestServer WithARootOfItsOwn()
    {
        Directory.CreateDirectory(_folder["data"]);
        return this;
    }

    public JoinLink Link { get; private set; } = null!;

    /// <summary>Where the server itself listens.</summary>
    public int Port => _port;

    /// <summary>Breaks every connection.</summary>
    public void Cut() => _relay.Cut();

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync()
    {
        _process = await ServerProcess.StartAsync(_folder["data"], $"127.0.0.1:{_port}", environment: _environment);
        Link = JoinLink.TryParse(_process.Join, out var link, out _) ? link : throw new InvalidOperationException($"talkywalkyd said {_process.ReadyLine}");
    }

    /// <summary>SIGKILL: nothing is tidied up.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        await process.DisposeAsync();
    }

    public async Task DisposeAsync()
    {
        await KillAsync();
        await _relay.DisposeAsync();
        _folder.Dispose();
    }
}
