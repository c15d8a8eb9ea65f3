using System.Net.Sockets;
using System.Runtime.InteropServices;
using TalkyWalky.Authority;

namespace TalkyWalky.Server.Administration;

/// <summary>Which account of this machine gives a command.</summary>
internal static class AdminPeer
{
    private const int SolSocket = 1, SoPeerCred = 17;

    /// <summary>As the kernel says of the other end (socket(7), SO_PEERCRED).</summary>
    public static Actor Of(Socket connection)
    {
        if (!OperatingSystem.IsLinux()) return Actor.Administrator(uid: null);
        Span<uint> credentials = stackalloc uint[3]; // struct ucred: pid, uid, gid
        connection.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        return Actor.Administrator(credentials[1]);
    }

    /// <summary>Who runs this process.</summary>
    public static Actor Self => Actor.Administrator(OperatingSystem.IsWindows() ? null : GetUid());

    [DllImport("libc", EntryPoint = "getuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetUid();
}
