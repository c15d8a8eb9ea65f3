using System.Globalization;
using System.Reflection;
using TalkyWalky.Engines.Postgres.Connections;

namespace TalkyWalky.Engines.Postgres;

/// <summary>The tables. Migrations/NNN.sql are applied once each, in their order; <c>schema_version</c> has a row for each.</summary>
internal static class Schema
{
    /// <summary>Of the advisory lock: the servers of an organisation may start at once.</summary>
    private const long Lock = 0x74_77_73_63_68_65_6d_61; // "twschema"

    /// <summary>What this program knows.</summary>
    public static int Newest { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames().Count(static name => name.EndsWith(".sql", StringComparison.Ordinal));

    /// <summary>Throws <see cref="EngineException"/> on tables of a newer program, and on a database that cannot keep every text.</summary>
    public static Task MigrateAsync(Database database, CancellationToken cancellation) => database.WriteAsync(
        async session =>
        {
            await session.ChangeAsync("SELECT pg_advisory_xact_lock(@Lock)", new { Lock });
            if (await session.OneAsync<string>("SHOW server_encoding") is not "UTF8" and var encoding)
                throw new EngineException($"the database {database.Options.Database} is encoded in {encoding}; make one with: createdb --encoding=UTF8 --template=template0 NAME");
            await session.ChangeAsync("CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
            var version = await session.OneAsync<int>("SELECT coalesce(max(version), 0) FROM schema_version");
            if (version > Newest) throw TooNew(version, database.Options);
            for (version++; version <= Newest; version++)
            {
                await session.ChangeAsync(ReadStep(version));
                await session.ChangeAsync("INSERT INTO schema_version (version) VALUES (@version)", new { version });
            }

            return Newest;
        },
        cancellation);

    /// <summary>0 where no server has made the tables yet.</summary>
    public static async Task<int> VersionAsync(Session session) =>
        await session.OneAsync<bool>("SELECT to_regclass('schema_version') IS NOT NULL")
            ? await session.OneAsync<int>("SELECT coalesce(max(version), 0) FROM schema_version")
            : 0;

    public static EngineException TooNew(int version, PostgresOptions options) => new(
        $"the database {options.Database} was written by a newer talkywalkyd (schema {version}, this program knows {Newest}); install that version");

    private static string ReadStep(int version)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(version.ToString("000", CultureInfo.InvariantCulture) + ".sql")!);
        return reader.ReadToEnd();
    }
}
