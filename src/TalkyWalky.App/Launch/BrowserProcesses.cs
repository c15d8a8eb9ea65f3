using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TalkyWalky.App.Launch;

/// <summary>The browsers that this process started, until they ended. None is left behind.</summary>
internal sealed class BrowserProcesses(TimeProvider time) : IAsyncDisposable
{
    // A browser whose last window closed writes its preferences and ends.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(3), AfterSignal = TimeSpan.FromSeconds(2);

    private readonly Lock _guard = new();
    private readonly List<Task> _running = [];
    private readonly List<Process> _started = [];

    /// <summary>False when it cannot be started at all.</summary>
    /// <param name="ended">Ends with the program's exit code.</param>
    public bool TryStart(ProcessStartInfo start, out Task<int> ended)
    {
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            ended = Task.FromResult(0);
            return false;
        }

        ended = UntilEndAsync(process);
        lock (_guard)
        {
            _running.RemoveAll(static task => task.IsCompleted);
            _running.Add(ended);
            _started.Add(process);
        }

        return true;
    }

    /// <summary>Waits for the browsers, then tells those that are left to end, then ends them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!await EndWithinAsync(Goodbye))
        {
            ForEachRunning(Terminate);
            if (!await EndWithinAsync(AfterSignal)) ForEachRunning(static process => process.Kill(entireProcessTree: true));
        }

        await Task.WhenAll(_running);
        foreach (var process in _started) process.Dispose();
    }

    private static async Task<int> UntilEndAsync(Process process)
    {
        process.StandardInput.Close();
        // A pipe that nobody reads would stop the browser once it is full.
        await Task.WhenAll(
            process.StandardOutput.BaseStream.CopyToAsync(Stream.Null), process.StandardError.BaseStream.CopyToAsync(Stream.Null), process.WaitForExitAsync());
        return process.ExitCode;
    }

    private async Task<bool> EndWithinAsync(TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(_running).WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void ForEachRunning(Action<Process> act)
    {
        foreach (var process in _started)
        {
            try
            {
                if (!process.HasExited) act(process);
            }
            catch (InvalidOperationException)
            {
                // It ended by itself just now.
            }
        }
    }

    private static void Terminate(Process process)
    {
        if (!OperatingSystem.IsWindows()) _ = Kill(process.Id, SigTerm);
        else process.CloseMainWindow();
    }

    private const int SigTerm = 15;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
