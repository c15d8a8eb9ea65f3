using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Engines;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Server.Diagnosis;

namespace TalkyWalky.Server.Commands;

/// <summary>Looks at everything that the server needs, and says what to do about what is bad.</summary>
internal static class DoctorCommand
{
    public static Command Build(CommandContext context)
    {
        var user = new Option<string?>("--user") { Description = "whose entry is looked at (default: anybody's)", HelpName = "NAME" };
        var part = new Option<string?>("--part") { Description = "only this part: directory, store, broker, authority or clock", HelpName = "PART" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("doctor", "Look at directory, store and broker as the server uses them, change nothing, and say what to do about what is bad. Ends with 1 when something is.") { user, part, json };
        command.WithExamples("talkywalkyd doctor", "talkywalkyd doctor --part directory --user ada --config talkywalkyd.json");
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.GetValue(user), parsed.GetValue(part), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, string? user, string? only, bool json, CancellationToken cancellation)
    {
        var folder = DataFolder.At(context.DataPath(parsed));
        var configuration = context.ReadConfiguration(parsed, folder, CommandLineSettings.None);
        Func<CancellationToken, Task<AdminChannel>>? openServer = folder.HoldsServer ? stop => AdminCommand.OpenAsync(context, parsed, stop) : null;
        DoctorPart[] parts =
        [
            new DirectoryPart(configuration, user, openServer, context.Time).Part, new StorePart(configuration, context.Time).Part, new BrokerPart(configuration).Part,
            new AuthorityPart(folder, configuration, context.Time).Part, ClockPart.Part,
        ];
        var wanted = parts.Where(part => only is null || string.Equals(part.Name, only, StringComparison.Ordinal)).ToList();
        if (wanted.Count == 0) throw ServerException.Usage($"there is no part \"{only}\"; give one of {string.Join(", ", parts.Select(static part => part.Name))} with --part");
        List<DoctorEntry> entries = [];
        foreach (var part in wanted)
        {
            foreach (var finding in await part.LookAsync(cancellation))
            {
                var entry = new DoctorEntry(part.Name, finding.Check, finding.Verdict.ToString().ToLowerInvariant(), finding.Detail, finding.Remedy);
                entries.Add(entry);
                if (!json) Write(context.Terminal.Output, entry);
            }
        }

        var isHealthy = entries.TrueForAll(static entry => entry.Verdict is not "bad");
        if (json) await context.Terminal.Output.WriteLineAsync(JsonSerializer.Serialize(new DoctorReport(isHealthy, entries), DoctorJson.Default.DoctorReport).AsMemory(), cancellation);
        return isHealthy ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(TextWriter output, DoctorEntry entry)
    {
        output.WriteLine($"{entry.Part,-10}  {entry.Check,-11}  {entry.Verdict,-7}  {Terminal.Plain(entry.Detail)}");
        if (entry.Remedy is not null) output.WriteLine($"{"",-34}{Terminal.Plain(entry.Remedy)}");
    }
}

/// <param name="Verdict">good, warning, bad or skipped.</param>
internal sealed record DoctorEntry(string Part, string Check, string Verdict, string Detail, string? Remedy);

/// <param name="Healthy">Nothing is bad.</param>
internal sealed record DoctorReport(bool Healthy, IReadOnlyList<DoctorEntry> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
