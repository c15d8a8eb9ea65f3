using System.Globalization;
using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Diagnosis;

/// <summary>What is looked at once the user is logged in.</summary>
internal sealed class Inside(Database database, TimeProvider time)
{
    private int _version;

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        var schema = await GuardedAsync("schema", () => SchemaAsync(cancellation));
        if (schema.Verdict == Verdict.Bad) return [schema, .. PostgresDoctor.Skipped(["rights", "write", "clock"])];
        return
        [
            schema,
            await GuardedAsync("rights", () => RightsAsync(cancellation)),
            await GuardedAsync("write", () => WriteAsync(cancellation)),
            await GuardedAsync("clock", () => ClockAsync(cancellation)),
        ];
    }

    /// <summary>A database that fails in the middle of a check is a finding as well.</summary>
    private static async Task<Finding> GuardedAsync(string check, Func<Task<Finding>> look)
    {
        try
        {
            return await look();
        }
        catch (EngineException e)
        {
            return new Finding(check, Verdict.Bad, e.Message, "See what the database's own log says about it.");
        }
    }

    private async Task<Finding> SchemaAsync(CancellationToken cancellation)
    {
        if (await database.ReadAsync(static session => session.OneAsync<string>("SHOW server_encoding"), cancellation) is not "UTF8" and var encoding)
            return new("schema", Verdict.Bad, $"the database is encoded in {encoding}", "Make one with: createdb --encoding=UTF8 --template=template0 NAME");
        _version = await database.ReadAsync(Schema.VersionAsync, cancellation);
        return _version switch
        {
            0 => new("schema", Verdict.Good, "no tables yet; the server makes them when it starts", null),
            _ when _version > Schema.Newest => new("schema", Verdict.Bad, Schema.TooNew(_version, database.Options).Message, "Install the newer talkywalkyd here too."),
            _ when _version < Schema.Newest => new("schema", Verdict.Good, Text($"version {_version}; the server makes it {Schema.Newest} when it starts"), null),
            _ => new("schema", Verdict.Good, Text($"version {_version}"), null),
        };
    }

    private async Task<Finding> RightsAsync(CancellationToken cancellation)
    {
        var rights = await database.ReadAsync(
            static session => session.OneAsync<Rights>("""
                SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS MayCreate,
                    (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tableowner <> current_user) AS Foreign,
                    rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS MayTooMuch
                FROM pg_roles WHERE rolname = current_user
                """),
            cancellation);
        return rights switch
        {
            null => new("rights", Verdict.Skipped, "the database does not show them", null),
            { MayCreate: false } => new("rights", Verdict.Bad, "may not make tables", $"Let the user own the database: ALTER DATABASE {database.Options.Database} OWNER TO {database.Options.Username};"),
            { Foreign: > 0 } => new("rights", Verdict.Bad, Text($"{rights.Foreign} tables belong to somebody else, so that they cannot be brought up to date"), $"Give them to {database.Options.Username}: ALTER TABLE ... OWNER TO ...;"),
            { MayTooMuch: true } => new("rights", Verdict.Warning, "may do more than is needed (superuser, roles, databases or replication)", "Give the server a user of its own that owns the database and has no other right."),
            _ => new("rights", Verdict.Good, "owns its tables, and may do nothing else", null),
        };
    }

    /// <summary>The transaction is rolled back, as by any failure.</summary>
    private async Task<Finding> WriteAsync(CancellationToken cancellation)
    {
        await database.CheckAsync(cancellation);
        var read = await database.TryAsync(
            async session =>
            {
                if (_version == 0) await session.ChangeAsync("""CREATE TABLE presence ("user" bytea, seen_at bigint)""");
                var (user, now) = (UserId.New(), time.GetUtcNow());
                await session.ChangeAsync("""INSERT INTO presence ("user", seen_at) VALUES (@user, @now)""", new { user, now });
                return await session.OneAsync<DateTimeOffset>("""SELECT seen_at FROM presence WHERE "user" = @user""", new { user }) == now;
            },
            cancellation);
        return read
            ? new("write", Verdict.Good, "what is written is read back (and was rolled back)", null)
            : new("write", Verdict.Bad, "what is written is not read back", "See whether rules or triggers change the table presence.");
    }

    private async Task<Finding> ClockAsync(CancellationToken cancellation)
    {
        var milliseconds = await database.ReadAsync(static session => session.OneAsync<long>("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"), cancellation);
        var (theirs, ours) = (DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), time.GetUtcNow());
        var difference = (ours - theirs).Duration();
        return difference <= PostgresDoctor.ClockTolerance
            ? new("clock", Verdict.Good, Text($"{difference.TotalSeconds:0} s from the database's"), null)
            : new("clock", Verdict.Warning, Text($"{difference.TotalSeconds:0} s {(ours > theirs ? "ahead of" : "behind")} the database's"), "Set both machines' clocks by NTP: servers that share the database compare times.");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Rights(bool MayCreate, long Foreign, bool MayTooMuch);
}
