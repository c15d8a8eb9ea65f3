using System.Globalization;

namespace TalkyWalky.Cli.Export;

/// <summary>How many messages were written so far, on the terminal, of an export that takes longer than a second.</summary>
internal sealed class ExportProgress(CliHost host) : IProgress<long>, IDisposable
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    private readonly long _started = host.Time.GetTimestamp();
    private bool _isShown;

    public void Report(long value)
    {
        if (!host.Terminal.ErrorIsTerminal || host.Time.GetElapsedTime(_started) < After) return;
        host.Terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{value:N0} messages"));
        _isShown = true;
    }

    public void Dispose()
    {
        if (_isShown) host.Terminal.Error.Write("\r\u001b[K");
    }
}
