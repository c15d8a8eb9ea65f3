using System.Globalization;
using System.Security.Authentication;
using Npgsql;
using TalkyWalky.Engines.Postgres.Connections;

namespace TalkyWalky.Engines.Postgres.Diagnosis;

/// <summary>Looks at a database step by step, as the server would use it, and changes nothing there. What depends on a step that is bad is skipped.</summary>
public sealed class PostgresDoctor(PostgresOptions options, TimeProvider time)
{
    /// <summary>Between the database's clock and this machine's.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    private static readonly string[] ForEachServer = ["connect", "TLS", "log in"], AfterThem = ["schema", "rights", "write", "clock"];

    /// <summary>Takes at most some time-outs for each step.</summary>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        if (options.Fault() is { } fault) return [new Finding("settings", Verdict.Bad, fault, "Mend it in the configuration."), .. Skipped([.. ForEachServer, .. AfterThem])];
        List<Finding> findings = [];
        List<PostgresOptions> good = [];
        foreach (var server in options.Servers)
        {
            var alone = options with { Servers = [server] };
            findings.AddRange(await ReachAsync(alone, cancellation));
            if (findings[^1].Verdict == Verdict.Good) good.Add(alone);
        }

        return [.. findings, .. good.Count > 0 ? await InsideAsync(good, cancellation) : Skipped(AfterThem)];
    }

    internal static IEnumerable<Finding> Skipped(IEnumerable<string> checks) => checks.Select(static check => new Finding(check, Verdict.Skipped, "not looked at: a step before it is bad", null));

    private async Task<IReadOnlyList<Finding>> ReachAsync(PostgresOptions alone, CancellationToken cancellation)
    {
        var server = alone.Servers[0];
        try
        {
            await using var source = PostgresSource.Create(alone);
            await using var connection = await source.OpenConnectionAsync(cancellation);
            var connected = new Finding("connect", Verdict.Good, $"{server}: PostgreSQL {connection.PostgreSqlVersion}", null);
            return [connected, await TlsAsync(alone, connection, cancellation), new Finding("log in", Verdict.Good, $"{alone.Username} in {alone.Database}", null)];
        }
        catch (EngineException e)
        {
            return [new Finding("TLS", Verdict.Bad, e.Message, "Mend store.caFile."), .. Skipped(["log in"])];
        }
        catch (Exception e) when (PostgresFailure.IsOne(e))
        {
            var (step, remedy) = Blame(e);
            var at = Array.IndexOf(ForEachServer, step);
            var before = ForEachServer[..at].Select(check => new Finding(check, Verdict.Good, $"{server}", null));
            return [.. before, new Finding(step, Verdict.Bad, PostgresFailure.Sentence(e, alone), remedy), .. Skipped(ForEachServer[(at + 1)..])];
        }
    }

    private static (string Step, string Remedy) Blame(Exception e)
    {
        if (e is PostgresException) return ("log in", "Check store.database, store.username and the first line of store.passwordFile; pg_hba.conf there says who may come from where.");
        for (var at = e; at is not null; at = at.InnerException)
        {
            if (at is AuthenticationException) return ("TLS", "Give the database's certificate the name in store.servers, and put the certificate of its CA into store.caFile.");
        }

        return e.Message.Contains("SSL connection requested", StringComparison.Ordinal)
            ? ("TLS", "Set ssl = on there.")
            : ("connect", "Start the database; check host and port in store.servers, listen_addresses there, and what lies between.");
    }

    private async Task<Finding> TlsAsync(PostgresOptions alone, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (alone.Servers[0].IsSocket) return new("TLS", Verdict.Good, "none is needed: a Unix socket", null);
        if (!alone.Tls) return new("TLS", Verdict.Warning, "none, as is allowed on this machine alone", "Set store.tls to true before the database moves.");
        var version = await new Session(connection, null, cancellation).OneAsync<string>("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        return await CertificateProbe.ExpiryAsync(alone.Servers[0], alone.Timeout, cancellation) switch
        {
            null => new("TLS", Verdict.Good, $"{version}, certificate and name verified", null),
            { } until when until - time.GetUtcNow() < CertificateProbe.Soon => new("TLS", Verdict.Warning, $"{version}; the certificate is valid until {Date(until)}", "Renew the database's certificate before then."),
            { } until => new("TLS", Verdict.Good, $"{version}, certificate valid until {Date(until)}", null),
        };
    }

    private async Task<IEnumerable<Finding>> InsideAsync(List<PostgresOptions> good, CancellationToken cancellation)
    {
        // A cluster is looked at where it takes changes; the connection itself finds that server.
        var reached = good.Count == 1 ? good[0] : options with { Servers = [.. good.SelectMany(static alone => alone.Servers)] };
        await using var database = new Database(PostgresSource.Create(reached), reached);
        return await new Inside(database, time).LookAsync(cancellation);
    }

    private static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
