using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace TalkyWalky.Harness;

/// <summary>A program that goes on: its lines can be awaited, and it is stopped by its own pid.</summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(), _errorLines = Channel.CreateUnbounded<string>();
    private readonly Task _reading, _readingErrors;
    private readonly StringBuilder _errors = new();
    private bool _disposed;

    private RunningProgram(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _readingErrors = ReadErrorsAsync();
    }

    public int Pid => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static RunningProgram Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        new(Process.Start(Programs.Describe(program, arguments, environment))!);

    public Task<string> LineAsync(Func<string, bool> wanted, int seconds = Programs.Patience) => LineAsync(_lines, wanted, seconds);

    /// <summary>As <see cref="LineAsync(Func{string, bool}, int)"/>, of the standard error.</summary>
    public Task<string> ErrorLineAsync(Func<string, bool> wanted, int seconds = Programs.Patience) => LineAsync(_errorLines, wanted, seconds);

    private async Task<string> LineAsync(Channel<string> lines, Func<string, bool> wanted, int seconds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(limit.Token))
            {
                if (wanted(line)) return line;
            }
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"the line did not come within {seconds} s; stderr: {Errors()}", late);
        }

        throw new InvalidOperationException($"the program ended without that line; stderr: {Errors()}");
    }

    /// <summary>Types these lines into the program.</summary>
    public async Task TypeAsync(IEnumerable<string> lines)
    {
        try
        {
            foreach (var line in lines) await Input.WriteLineAsync(line);
            await Input.FlushAsync();
        }
        catch (IOException gone)
        {
            throw new InvalidOperationException($"the program ended; stderr: {Errors()}", gone);
        }
    }

    /// <summary>What it wrote to standard error until now.</summary>
    public string Errors()
    {
        lock (_errors) return _errors.ToString();
    }

    /// <summary>The lines printed and not read yet, after the program ended.</summary>
    public async Task<IReadOnlyList<string>> RestAsync(int seconds = Programs.Patience)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        return await _lines.Reader.ReadAllAsync(limit.Token).ToListAsync(limit.Token);
    }

    public async Task<int> ExitAsync(int seconds = Programs.Patience)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(seconds));
            return _process.ExitCode;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"the program did not end within {seconds} s; stderr: {Errors()}", late);
        }
    }

    public async Task<int> SignalAsync(string signal, int seconds = Programs.Patience)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Pid}"]);
        await kill.WaitForExitAsync();
        return await ExitAsync(seconds);
    }

    /// <summary>SIGKILL: nothing in the program gets to run any more.</summary>
    public async Task CrashAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited)
        {
            // What a script started holds its output open.
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _reading;
        await _readingErrors;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) _lines.Writer.TryWrite(line);
        _lines.Writer.Complete();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors) _errors.AppendLine(line);
            _errorLines.Writer.TryWrite(line);
        }

        _errorLines.Writer.Complete();
    }
}
