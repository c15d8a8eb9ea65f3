using System.Net.Sockets;
using System.Text;

namespace TalkyWalky.Server.Administration;

/// <summary>The address of a socket file, also where its path is longer than the system's limit.</summary>
internal sealed class AdminSocketAddress : IDisposable
{
    /// <summary>sun_path has 108 bytes on Linux and 104 on macOS, its last one zero (unix(7)).</summary>
    private const int MaxPath = 103;

    private readonly string? _folder;

    private AdminSocketAddress(UnixDomainSocketEndPoint endPoint, string? folder)
    {
        EndPoint = endPoint;
        _folder = folder;
    }

    public UnixDomainSocketEndPoint EndPoint { get; }

    /// <summary>A short link to the socket's folder stands in for a long path. It is needed while binding or connecting only.</summary>
    public static AdminSocketAddress Of(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) <= MaxPath) return new AdminSocketAddress(new UnixDomainSocketEndPoint(path), null);
        var folder = Directory.CreateTempSubdirectory("talkywalkyd-").FullName;
        var link = Path.Combine(folder, "d");
        Directory.CreateSymbolicLink(link, Path.GetDirectoryName(path)!);
        return new AdminSocketAddress(new UnixDomainSocketEndPoint(Path.Combine(link, Path.GetFileName(path))), folder);
    }

    public void Dispose()
    {
        if (_folder is null) return;
        Directory.Delete(Path.Combine(_folder, "d")); // the link alone, never what it points to
        Directory.Delete(_folder);
    }
}
