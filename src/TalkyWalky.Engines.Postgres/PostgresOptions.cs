using System.Net;

namespace TalkyWalky.Engines.Postgres;

/// <summary>Where the database is and how it is reached.</summary>
/// <param name="Servers">One, or the servers of a cluster: the one that takes changes is found. A path is the folder of a Unix socket and stands alone.</param>
/// <param name="Password">Null where the server asks for none, as over a Unix socket.</param>
/// <param name="Tls">With the server's certificate and name verified. Without it only this machine is spoken to.</param>
/// <param name="CaFile">PEM; null: the authorities that this machine trusts.</param>
/// <param name="Connections">At most as many at once, from this process.</param>
/// <param name="Timeout">For connecting, and for each statement.</param>
public sealed record PostgresOptions(
    IReadOnlyList<PostgresServer> Servers, string Database, string Username, string? Password, bool Tls, string? CaFile, int Connections, TimeSpan Timeout)
{
    public const int DefaultPort = 5432;

    /// <summary>Of the accounts' PBKDF2-SHA256; less in tests alone.</summary>
    public int PasswordIterations { get; init; } = 600_000;

    /// <summary>What does not fit together, as a sentence; null when all does.</summary>
    public string? Fault()
    {
        if (Servers.Any(static server => server.IsSocket))
            return Servers.Count == 1 ? null : $"the folder of a Unix socket ({Servers.First(static server => server.IsSocket).Host}) stands alone in store.servers; leave the other servers out";
        return !Tls && Servers.FirstOrDefault(static server => !server.IsLoopback) is { } away
            ? $"the password and everything else would pass to {away} in the clear; leave store.tls true, which only a server on this machine may do without"
            : null;
    }

    public override string ToString() => $"{nameof(PostgresOptions)} {{ {string.Join(", ", Servers)}, {Database}, {Username} }}"; // never the password
}

/// <param name="Host">A name, an IP address without brackets, or the folder of a Unix socket.</param>
public sealed record PostgresServer(string Host, int Port)
{
    public bool IsSocket => Host.StartsWith('/');

    // A name may lead anywhere: localhost alone is this machine (RFC 6761 §6.3).
    public bool IsLoopback => IPAddress.TryParse(Host, out var address) ? IPAddress.IsLoopback(address) : string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase);

    public override string ToString() => IsSocket ? Host : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
