using System.Diagnostics;
using System.Globalization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>The real talkywalkyd as a process of its own, behind a relay, with its data in a temporary folder. It can be killed, started again and cut off.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class TestServer : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly string _data = Directory.CreateTempSubdirectory("talkywalkyd-").FullName;
    private readonly int _port = Relay.FreePort();
    private readonly Relay _relay;
    private Process? _process;
    private Task _errors = Task.CompletedTask;
    private Task _output = Task.CompletedTask;

    private readonly (string Name, string Value)[] _settings;

    public TestServer() : this([]) { }

    /// <param name="settings">Environment variables.</param>
    internal TestServer((string Name, string Value)[] settings)
    {
        _relay = new Relay("127.0.0.1", _port);
        _settings = settings;
    }

    public JoinLink Link { get; private set; } = null!;

    /// <summary>Where the server itself listens.</summary>
    public int Port => _port;

    /// <summary>Breaks every connection.</summary>
    public void Cut() => _relay.Cut();

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "talkywalkyd.dll"), "serve", "--data", _data, "--listen", $"127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}"])
            start.ArgumentList.Add(argument);
        start.Environment["TALKYWALKYD_PUBLICURL"] = $"https://127.0.0.1:{_relay.Port}";
        foreach (var (name, value) in _settings) start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        _errors = _process.StandardError.ReadToEndAsync();
        var ready = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2));
        if (ready is null || !JoinLink.TryParse(ready[(ready.IndexOf("join=", StringComparison.Ordinal) + 5)..], out var link, out _))
            throw new InvalidOperationException($"talkywalkyd said {ready}; {await (Task<string>)_errors}");
        Link = link;
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>SIGKILL: nothing is tidied up.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        await Task.WhenAll(_errors, _output);
        _process.Dispose();
        _process = null;
    }

    public async Task DisposeAsync()
    {
        await KillAsync();
        await _relay.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
