using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace TalkyWalky.Engines.Postgres.Connections;

/// <summary>What went wrong with the database, and what to do about it.</summary>
internal static class PostgresFailure
{
    public static bool IsOne(Exception exception) => exception is NpgsqlException or TimeoutException or IOException or SocketException or AuthenticationException;

    /// <summary>Another connection may have more luck: this one broke, or two transactions waited for each other.</summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => false,
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.ReadOnlySqlTransaction } => true,
        PostgresException e => e.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        // What waited in vain once has taken its time.
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException { InnerException: IOException or SocketException } => true,
        _ => false,
    };

    /// <summary>One sentence for the administrator.</summary>
    public static EngineException Explain(Exception exception, PostgresOptions options) => new(Sentence(exception, options), exception);

    public static string Sentence(Exception exception, PostgresOptions options)
    {
        var where = $"the database {options.Database} at {string.Join(", ", options.Servers)}";
        return exception switch
        {
            PostgresException e => Sentence(e, where, options),
            _ when Inner<AuthenticationException>(exception) is { } e =>
                $"the TLS certificate of {where} is not trusted ({OneLine(e.Message)}); put the certificate of its CA into the file in store.caFile, and use the name that the server's certificate is for",
            _ when exception.Message.Contains("pool has been exhausted", StringComparison.Ordinal) =>
                $"all {options.Connections} connections to {where} are busy; raise store.connections, or see why the database is slow",
            _ when exception.Message.Contains("SSL connection requested", StringComparison.Ordinal) =>
                $"{where} speaks no TLS; switch it on there (ssl = on), or set store.tls to false where it is on this machine",
            _ when Inner<TimeoutException>(exception) is not null => $"{where} does not answer in time; see whether it is overloaded or hangs, and what lies between",
            _ when Inner<SocketException>(exception) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
                $"the name of {where} is not known here; check store.servers and this machine's DNS",
            _ => $"{where} cannot be reached ({OneLine((exception.InnerException ?? exception).Message)}); start it, or check store.servers",
        };
    }

    private static string Sentence(PostgresException e, string where, PostgresOptions options) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"{where} refuses the user {options.Username} ({OneLine(e.MessageText)}); check store.username, the password, and pg_hba.conf there",
        PostgresErrorCodes.InvalidCatalogName => $"{where} does not exist; make it with: createdb --owner={options.Username} {options.Database}",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"the user {options.Username} lacks a right in {where} ({OneLine(e.MessageText)}); let that user own the database",
        PostgresErrorCodes.DiskFull => $"the disk of {where} is full; free some space, and the server goes on by itself",
        PostgresErrorCodes.TooManyConnections => $"{where} has no connection left; raise max_connections there, or lower store.connections",
        PostgresErrorCodes.ReadOnlySqlTransaction => $"{where} takes no changes: it is a standby; put the primary into store.servers",
        PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
            $"{where} is starting or stopping ({OneLine(e.MessageText)}); try again in a moment",
        PostgresErrorCodes.QueryCanceled => $"{where} does not answer in time; see whether it is overloaded or hangs, and what lies between",
        _ => $"{where} failed ({e.SqlState}: {OneLine(e.MessageText)}); see what its own log says about it",
    };

    private static T? Inner<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found) return found;
        }

        return null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").TrimEnd('.');
}
