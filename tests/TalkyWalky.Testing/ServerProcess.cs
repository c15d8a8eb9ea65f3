using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TalkyWalky.Testing;

/// <summary>
/// The real server on a port of its own. Disposing ends the process that was started here, and no other.
/// </summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    // Of a program that hangs: a busy machine takes long, too.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _output;
    private readonly Task _error;

    private ServerProcess(string data, Process process)
    {
        Data = data;
        _process = process;
        _error = ReadErrorAsync();
        _output = ReadOutputAsync();
    }

    public const int Interrupt = 2, Kill = 9, Terminate = 15;

    /// <summary>DATA.</summary>
    public string Data { get; }

    public int Id => _process.Id;

    /// <summary>"ready https://HOST:PORT join=...", as printed.</summary>
    public string ReadyLine { get; private set; } = "";

    public string Join => ReadyLine[(ReadyLine.IndexOf("join=", StringComparison.Ordinal) + 5)..];

    public Uri Gateway => new(ReadyLine.Split(' ')[1]);

    public int Port => Gateway.Port;

    /// <summary>Lines printed on standard output after the ready line; there should be none.</summary>
    public ConcurrentQueue<string> FurtherOutput { get; } = new();

    /// <summary>Standard error so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts the server and waits until it is ready. Throws with its standard error when it ends before.</summary>
    /// <param name="data">Made from the template when it does not exist.</param>
    /// <param name="listen">Port 0: any free one. Give the port of before to start the same server again.</param>
    public static async Task<ServerProcess> StartAsync(
        string data, string listen = "127.0.0.1:0", IEnumerable<string>? arguments = null, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        if (!Directory.Exists(data)) await ServerData.CopyTemplateAsync(data);
        var start = Prepare(["serve", "--data", data, "--listen", listen, .. arguments ?? []], environment ?? []);
        var server = new ServerProcess(data, Process.Start(start)!);
        try
        {
            server.ReadyLine = await server._ready.Task.WaitAsync(Patience);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one command to its end.</summary>
    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> arguments, string input = "", IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        using var process = Process.Start(Prepare(arguments, environment ?? []))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it ended without reading its input
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>Sends a signal: <see cref="Interrupt"/>, <see cref="Terminate"/> or <see cref="Kill"/>.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0) throw new InvalidOperationException($"signal {signal} to {_process.Id}: error {Marshal.GetLastPInvokeError()}");
    }

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await Task.WhenAll(_output, _error);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public Task<int> StopAsync()
    {
        Signal(Terminate);
        return WaitAsync();
    }

    /// <summary>SIGKILL: a crash.</summary>
    public Task<int> KillAsync()
    {
        Signal(Kill);
        return WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await Task.WhenAll(_output, _error);
        _process.Dispose();
    }

    private static ProcessStartInfo Prepare(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(BuiltPrograms.Server, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return start;
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!_ready.TrySetResult(line)) FurtherOutput.Enqueue(line);
        }

        if (_ready.Task.IsCompleted) return;
        await _error;
        _ready.TrySetException(new InvalidOperationException($"talkywalkyd ended before it was ready:\n{Errors}"));
    }

    private async Task ReadErrorAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) _errors.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

public sealed record CommandResult(int ExitCode, string Output, string Error);
