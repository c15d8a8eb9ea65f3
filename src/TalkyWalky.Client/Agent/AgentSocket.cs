using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace TalkyWalky.Client.Agent;

/// <summary>PROFILE/agent.sock, where the process that owns a profile answers the others. Readable and writable by its user alone.</summary>
internal static class AgentSocket
{
    public const string FileName = "agent.sock";
    private const string NewFileName = "agent.sock.new";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string PathIn(string profile) => Path.Combine(profile, FileName);

    /// <summary>
    /// Replaces whatever stands there: the caller holds the profile's lock, so an older socket belongs to a process that died. The socket gets its mode before
    /// its name, so nobody finds it with a wider one.
    /// </summary>
    public static Socket Listen(string profile)
    {
        File.Delete(Path.Combine(profile, NewFileName));
        using var reachable = ReachablePath.To(profile, NewFileName);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(reachable.Path));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(reachable.Path, OwnerOnly);
            listener.Listen(backlog: 64);
            File.Move(Path.Combine(profile, NewFileName), PathIn(profile), overwrite: true);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Null when nobody listens there.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The caller gets the connected socket; every other way out disposes of it.")]
    public static async Task<Socket?> TryConnectAsync(string profile, CancellationToken cancellation)
    {
        if (!File.Exists(PathIn(profile))) return null;
        using var reachable = ReachablePath.To(profile, FileName);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(reachable.Path), cancellation);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket's address holds about 100 bytes. A longer profile path is reached through a link in a private temporary folder.</summary>
    private sealed class ReachablePath : IDisposable
    {
        // sun_path is 108 bytes on Linux and 104 on macOS, with the closing zero.
        private const int LongestAddress = 103;

        private readonly string? _folder;

        private ReachablePath(string path, string? folder)
        {
            Path = path;
            _folder = folder;
        }

        public string Path { get; }

        public static ReachablePath To(string profile, string file)
        {
            var direct = System.IO.Path.Combine(profile, file);
            if (Fits(direct)) return new ReachablePath(direct, null);
            var folder = Directory.CreateTempSubdirectory("tw-").FullName;
            var link = System.IO.Path.Combine(folder, "p");
            var reachable = new ReachablePath(System.IO.Path.Combine(link, file), folder);
            if (!Fits(reachable.Path))
            {
                reachable.Dispose();
                throw new IOException($"the paths of the profile and of the temporary folder are both too long for a socket; set TMPDIR to a short one, such as /tmp");
            }

            Directory.CreateSymbolicLink(link, System.IO.Path.GetFullPath(profile));
            return reachable;
        }

        public void Dispose()
        {
            if (_folder is null) return;
            File.Delete(System.IO.Path.Combine(_folder, "p"));
            Directory.Delete(_folder);
        }

        private static bool Fits(string path) => System.Text.Encoding.UTF8.GetByteCount(path) <= LongestAddress;
    }
}
