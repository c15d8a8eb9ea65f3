using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace TalkyWalky.Load.Peers;

/// <summary>A server that was started here, on a core of its own, and ends with its disposal.</summary>
internal sealed class ServerChild : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly bool _endsByTerm;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ServerChild(Process process, bool endsByTerm)
    {
        (_process, _endsByTerm) = (process, endsByTerm);
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, isReady: true), ReadAsync(process.StandardError, isReady: false));
    }

    public int Id => _process.Id;

    /// <summary>What it said, for the one who looks for a fault.</summary>
    public string Output => string.Join('\n', _output.TakeLast(20));

    /// <param name="cores">taskset(1) replaces itself by the program, so that the process is the program's.</param>
    /// <param name="endsByTerm">It takes SIGTERM for what it started in its turn; else it is killed.</param>
    public static ServerChild Start(string program, IEnumerable<string> arguments, string? cores, IEnumerable<KeyValuePair<string, string>>? environment = null, bool endsByTerm = false)
    {
        string[] command = cores is null ? [program, .. arguments] : ["taskset", "-c", cores, program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        return new ServerChild(Process.Start(start)!, endsByTerm);
    }

    /// <summary>This program again, as a server. It ends when its standard input does.</summary>
    public static ServerChild StartOwn(IEnumerable<string> arguments, string? cores) => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? Start(Environment.ProcessPath!, [typeof(ServerChild).Assembly.Location, .. arguments], cores)
        : Start(Environment.ProcessPath!, arguments, cores);

    /// <summary>The line that begins with "ready".</summary>
    public Task<string> ReadyAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(Patience, cancellation);

    /// <summary>Until this holds. Throws when the server ends before.</summary>
    public async Task UntilAsync(Func<CancellationToken, Task<bool>> holds, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds(cancellation))
        {
            if (_process.HasExited || clock.Elapsed > Patience) throw new InvalidOperationException($"{_process.StartInfo.FileName} did not become ready:\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    /// <summary>Until it has ended by itself, in good order.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation).WaitAsync(Patience, cancellation);
        await _reading;
        if (_process.ExitCode != 0) throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}:\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        if (_endsByTerm && !_process.HasExited) using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        if (_endsByTerm || _ready.Task.IsCompletedSuccessfully) await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(60)));
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, bool isReady)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (isReady && line.StartsWith("ready", StringComparison.Ordinal)) _ready.TrySetResult(line);
            else _output.Enqueue(line);
            while (_output.Count > 100) _output.TryDequeue(out _);
        }

        if (isReady) _ready.TrySetException(new InvalidOperationException($"the server ended:\n{Output}"));
    }
}
