using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Engines.Copying;
using TalkyWalky.Engines.Embedded.Copying;
using TalkyWalky.Engines.Postgres.Copying;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Commands;

/// <summary>Moves what the server remembers from one engine to another.</summary>
internal static class StoreCommands
{
    private const string Embedded = "embedded", Postgres = "postgres";

    public static Command Build(CommandContext context) => new("store", "Where accounts, devices and rooms are kept.") { Migrate(context) };

    private static Command Migrate(CommandContext context)
    {
        var from = Engine("--from", "where everything is now");
        var to = Engine("--to", "where it is copied to: nothing may be there yet");
        var leave = new Option<bool>("--leave-mailboxes") { Description = "copy although messages wait in the data folder's mailboxes, which stay there" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command(
            "migrate",
            "Copy accounts, devices, certificates, invitations and rooms into an empty store in one transaction, compare both sides, and print the comparison. The server must be stopped; the source is left as it is. "
            + "The database is the one of store.* in the configuration. Mailboxes belong to the broker and are not copied.")
        { from, to, leave, json };
        command.WithExamples(
            "talkywalkyd store migrate --from embedded --to postgres",
            "talkywalkyd store migrate --from embedded --to postgres --leave-mailboxes --config talkywalkyd.json",
            "talkywalkyd store migrate --from postgres --to embedded --json");
        command.SetAction((parsed, cancellation) =>
        {
            var (source, target) = (parsed.GetRequiredValue(from), parsed.GetRequiredValue(to));
            return string.Equals(source, target, StringComparison.Ordinal)
                ? throw ServerException.Usage("--from and --to are the same; one is embedded, the other postgres")
                : MigrateAsync(context, parsed, source is Embedded, parsed.GetValue(leave), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static Option<string> Engine(string name, string description) => new Option<string>(name) { Description = description, Required = true, HelpName = $"{Embedded}|{Postgres}" }.AcceptOnlyFromAmong(Embedded, Postgres);

    private static async Task<int> MigrateAsync(CommandContext context, ParseResult parsed, bool isToPostgres, bool leavesMailboxes, bool json, CancellationToken cancellation)
    {
        var folder = DataFolder.Find(context.DataPath(parsed));
        var settings = context.ReadConfiguration(parsed, folder, CommandLineSettings.None).Store;
        if (settings.DatabaseFault() is { } fault) throw ServerException.Usage(fault);
        var options = ServerEngines.PostgresOf(settings);

        if (isToPostgres && !File.Exists(folder.Database)) throw new ServerException($"there is no {folder.Database}: this server keeps nothing in its folder; see {StoreKeys.Type.Name} in its configuration");

        // The file's lock: no server runs on this folder, and none starts meanwhile.
        await using var file = EmbeddedCopy.Open(folder.Database);
        if (isToPostgres && !leavesMailboxes && file.Waiting is > 0 and var waiting)
            throw new ServerException(Text(
                $"{waiting} messages wait in the mailboxes of {folder.Database}, which are not copied; where the broker stays embedded they are delivered from there: give --leave-mailboxes; else let the devices fetch them first"));
        await using var database = await PostgresCopy.OpenAsync(options, cancellation);

        var error = context.Terminal.Error;
        var copied = await StoreCopier.CopyAsync(
            isToPostgres ? file : database, isToPostgres ? database : file, (table, rows) => error.WriteLine(Text($"copied {table}: {rows} rows")), cancellation);
        if (json) context.Terminal.Output.WriteLine(JsonSerializer.Serialize(Report(copied), StoreJson.Default.MigrationReport));
        else Write(context.Terminal.Output, copied);
        if (!copied.All(static table => table.IsSame)) throw new ServerException("the two sides differ, and nothing was kept; report this with the table above");
        await error.WriteLineAsync(
            $"everything is copied; set {StoreKeys.Type.Name} to {(isToPostgres ? Postgres : Embedded)} before the server starts again. Mailboxes were not part of it: they are where they were".AsMemory(), cancellation);
        return ExitCode.Done;
    }

    private static void Write(TextWriter output, IReadOnlyList<CopiedTable> copied)
    {
        output.WriteLine($"{"table",-12}  {"rows",9}  {"copied",9}  {"",-9}  SHA-256 over the rows");
        foreach (var table in copied)
            output.WriteLine(Text($"{table.Name,-12}  {table.From.Rows,9}  {table.To.Rows,9}  {(table.IsSame ? "same" : "DIFFERENT"),-9}  {table.From.Hash}{(table.IsSame ? "" : $" / {table.To.Hash}")}"));
    }

    private static MigrationReport Report(IReadOnlyList<CopiedTable> copied) => new(
        copied.All(static table => table.IsSame),
        [.. copied.Select(static table => new MigratedTable(table.Name, table.From.Rows, table.To.Rows, table.From.Hash.ToString(), table.To.Hash.ToString()))]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Same">Every table has the same rows on both sides; only then they were kept.</param>
internal sealed record MigrationReport(bool Same, IReadOnlyList<MigratedTable> Tables);

internal sealed record MigratedTable(string Table, long RowsFrom, long RowsTo, string Sha256From, string Sha256To);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MigrationReport))]
internal sealed partial class StoreJson : JsonSerializerContext;
