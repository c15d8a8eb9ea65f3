using System.Diagnostics;
using System.Globalization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests;

/// <summary>The real talkywalkyd as a process of its own, with its data in a temporary folder. It can be killed and started again on the same port.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("talkywalkyd-").FullName;
    private Process? _process;
    private Task _errors = Task.CompletedTask;
    private Task _output = Task.CompletedTask;

    public JoinLink Link { get; private set; } = null!;

    public string Data => _data;

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync()
    {
        var port = Link?.Port ?? 0;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "talkywalkyd.dll"), "serve", "--data", _data, "--listen", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"])
            start.ArgumentList.Add(argument);
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
        Directory.Delete(_data, recursive: true);
    }
}
