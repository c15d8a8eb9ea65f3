using System.Diagnostics;
using System.Globalization;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Load;

/// <summary>dist/talkywalkyd on a temporary folder whose accounts were made beforehand, with cheap password hashes.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    public const string Password = "a password for the benchmark";

    private readonly string _data = System.IO.Directory.CreateTempSubdirectory("tw-load-").FullName;
    private Process? _process;

    public JoinLink Link { get; private set; } = null!;

    /// <summary>Resident set, bytes.</summary>
    public long Resident => StatusField("VmRSS:") * 1024;

    public TimeSpan Cpu
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>From start to the ready line.</summary>
    public async Task<TimeSpan> StartAsync()
    {
        var clock = Stopwatch.StartNew();
        _process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "dist", "talkywalkyd"), ["serve", "--data", _data, "--listen", "127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = _process.StandardError.ReadToEndAsync();
        var ready = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"the server did not start: {await errors}");
        clock.Stop();
        if (!JoinLink.TryParse(ready[(ready.IndexOf("join=", StringComparison.Ordinal) + 5)..], out var link, out var error)) throw new InvalidOperationException(error);
        Link = link;
        return clock.Elapsed;
    }

    public async Task StopAsync()
    {
        if (_process is null) return;
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>While the server is stopped.</summary>
    public async Task AddAccountsAsync(int count)
    {
        await using var engines = await EmbeddedEngines.OpenAsync(
            Path.Combine(_data, "talkywalky.db"), new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1), TimeProvider.System, CancellationToken.None);
        for (var n = 0; n < count; n++) await engines.Directory.AddAsync(new NewAccount($"user{n}", Password, $"User {n}", null), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        System.IO.Directory.Delete(_data, recursive: true);
    }

    private long StatusField(string name)
    {
        var line = File.ReadLines($"/proc/{_process!.Id}/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
