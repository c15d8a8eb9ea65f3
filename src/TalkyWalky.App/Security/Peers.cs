using System.Globalization;
using System.Net;

namespace TalkyWalky.App.Security;

/// <summary>
/// Whether the other end of a loopback connection is a process of the same user. The command line of a browser shows its address, with the one-time token in it, to every
/// user of the computer (proc_pid_cmdline(5)); so a token alone must not be enough. On Linux the table of connections names the user of each end (proc_pid_net(5)); elsewhere
/// there is no such check.
/// </summary>
internal interface IPeers
{
    bool IsSameUser(IPEndPoint local, IPEndPoint remote);
}

internal sealed class Peers : IPeers
{
    public static Peers Instance { get; } = new();

    // The kernel writes the table piece by piece while it changes: a row may be missing from one reading of it.
    private const int Readings = 20;

    public bool IsSameUser(IPEndPoint local, IPEndPoint remote)
    {
        if (!OperatingSystem.IsLinux()) return true;
        uint? own = null, other = null;
        for (var i = 0; i < Readings && (own is null || other is null); i++)
        {
            var rows = Read("/proc/net/tcp").Concat(Read("/proc/net/tcp6")).ToList();
            own ??= TcpTable.UserOf(rows, local, remote);
            other ??= TcpTable.UserOf(rows, remote, local);
        }

        return own is not null && own == other;
    }

    // A kernel without IPv6 has no second table.
    private static IEnumerable<string> Read(string table) => File.Exists(table) ? File.ReadLines(table).Skip(1) : [];
}

/// <summary>Rows of /proc/net/tcp and /proc/net/tcp6: "sl local_address rem_address st tx:rx tr:tm retrnsmt uid ...".</summary>
internal static class TcpTable
{
    private const int Local = 1, Remote = 2, User = 7;

    /// <summary>The user whose socket has these ends; null when there is none, or it is not clear.</summary>
    public static uint? UserOf(IEnumerable<string> rows, IPEndPoint local, IPEndPoint remote)
    {
        var found = rows
            .Select(static row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length > User && IsAt(row[Local], local) && IsAt(row[Remote], remote))
            .Select(static row => row[User])
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return found is [var one] && uint.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : null;
    }

    private static bool IsAt(string field, IPEndPoint end)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && int.TryParse(field.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port) && port == end.Port
            && Address(field[..colon]) is { } address && address.Equals(Plain(end.Address));
    }

    // Groups of four bytes, each as a number in the byte order of the machine.
    private static IPAddress? Address(string hex)
    {
        if (hex.Length is not (8 or 32)) return null;
        var bytes = new byte[hex.Length / 2];
        for (var group = 0; group < hex.Length / 8; group++)
        {
            if (!uint.TryParse(hex.AsSpan(group * 8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)) return null;
            BitConverter.TryWriteBytes(bytes.AsSpan(group * 4), number);
        }

        return Plain(new IPAddress(bytes));
    }

    // A client's socket may be one for both families: ::ffff:127.0.0.1.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
