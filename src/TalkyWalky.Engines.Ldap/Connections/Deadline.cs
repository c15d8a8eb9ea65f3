using System.Runtime.InteropServices;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>Shuts a socket down unless disposed in time, which ends a call that blocks on it.</summary>
internal sealed partial class Deadline : IDisposable
{
    private const int Both = 2; // SHUT_RDWR

    private readonly Lock _lock = new();
    private readonly int _socket;
    private readonly Timer _timer;
    private bool _isOver;

    public Deadline(int socket, TimeSpan time)
    {
        _socket = socket;
        _timer = new Timer(static deadline => ((Deadline)deadline!).Pass(), this, time, Timeout.InfiniteTimeSpan);
    }

    public bool IsPast { get; private set; }

    public void Dispose()
    {
        // Afterwards the number may be another socket's.
        lock (_lock) _isOver = true;
        _timer.Dispose();
    }

    private void Pass()
    {
        lock (_lock)
        {
            if (_isOver) return;
            IsPast = true;
            _ = shutdown(_socket, Both);
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int shutdown(int socket, int how);
}
