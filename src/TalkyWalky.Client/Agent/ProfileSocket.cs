using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace TalkyWalky.Client.Agent;

/// <summary>A socket in a profile's folder, where one process answers the others of the same user. Readable and writable by that user alone.</summary>
public static class ProfileSocket
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Replaces whatever stands there: the caller holds a lock, so an older socket belongs to a process that died. The socket gets its mode before its name, so
    /// nobody finds it with a wider one.
    /// </summary>
    public static Socket Listen(string profile, string fileName)
    {
        var newFileName = fileName + ".new";
        File.Delete(Path.Combine(profile, newFileName));
        using var reachable = ReachablePath.To(profile, newFileName);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(reachable.Path));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(reachable.Path, OwnerOnly);
            listener.Listen(backlog: 64);
            File.Move(Path.Combine(profile, newFileName), Path.Combine(profile, fileName), overwrite: true);
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
    public static async Task<Socket?> TryConnectAsync(string profile, string fileName, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(profile, fileName))) return null;
        using var reachable = ReachablePath.To(profile, fileName);
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
