using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Authority;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>Prints and checks DATA/audit.log. It is read as a file, so it needs neither server nor passphrase.</summary>
internal static class AuditCommand
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static Command Build(CommandContext context)
    {
        var user = new Option<string?>("--user") { Description = "only what is about this person: username or id", HelpName = "NAME" };
        var since = new Option<string?>("--since") { Description = "only what was done from then on, UTC unless it says otherwise", HelpName = "TIME" };
        var verify = new Option<bool>("--verify") { Description = "check that no line was changed or taken away, and print the hash of the last one; ends with 1 when one was" };
        var json = new Option<bool>("--json") { Description = "print one JSON object a line" };
        var command = new Command("audit", "What the authority did, who asked for it and why.") { user, since, verify, json };
        command.WithExamples("talkywalkyd ca audit --since 2026-11-01", "talkywalkyd ca audit --user alice --json", "talkywalkyd ca audit --verify");
        command.SetAction(parsed =>
        {
            var (name, from) = (parsed.GetValue(user), ParseTime(parsed.GetValue(since)));
            if (parsed.GetValue(verify) && (name is not null || from is not null)) throw ServerException.Usage("--verify looks at the whole trail; leave --user and --since out");
            var folder = DataFolder.Find(context.DataPath(parsed));
            if (!File.Exists(folder.AuditTrail)) throw new ServerException($"{folder.AuditTrail} does not exist; the server begins it when it starts");
            var lines = AuditReader.Read(folder.AuditTrail);
            return parsed.GetValue(verify) ? Verify(context.Terminal, folder, lines, parsed.GetValue(json)) : Print(context.Terminal, lines, name, from, parsed.GetValue(json));
        });
        return command;
    }

    private static DateTimeOffset? ParseTime(string? text) =>
        text is null ? null
        : DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : throw ServerException.Usage("--since takes a date such as 2026-11-21, or a time such as 2026-11-21T14:30:00Z");

    private static int Print(Terminal terminal, IEnumerable<AuditLine> lines, string? user, DateTimeOffset? since, bool json)
    {
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // of the person, as entries with the name tell
        if (user is not null) ids.Add(user);
        foreach (var line in lines)
        {
            if (line.Entry is not { } entry)
            {
                terminal.Error.WriteLine(Remark(line));
                continue;
            }

            var isNamed = string.Equals(entry.Name, user, StringComparison.OrdinalIgnoreCase);
            if (user is not null && isNamed && entry.User is { } id) ids.Add(id);
            if (user is not null && !isNamed && !(entry.User is { } about && ids.Contains(about))) continue;
            if (entry.Time < since) continue;
            terminal.Output.WriteLine(json ? JsonSerializer.Serialize(entry, AuditCommandJson.Default.AuditEntry) : Line(entry));
        }

        return ExitCode.Done;
    }

    private static int Verify(Terminal terminal, DataFolder folder, IEnumerable<AuditLine> lines, bool json)
    {
        var (count, faults, last) = (0, 0, "");
        foreach (var line in lines)
        {
            (count, last) = (line.Number, line.Hash);
            if (line.Fault is null && !line.IsTorn) continue;
            if (line.Fault is not null) faults++;
            terminal.Error.WriteLine(Remark(line));
        }

        if (json) terminal.Output.WriteLine(JsonSerializer.Serialize(new AuditReport(faults == 0, count, last), AuditCommandJson.Default.AuditReport));
        else if (faults == 0) terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} lines, none changed; last {last}"));
        return faults == 0 ? ExitCode.Done : throw new ServerException($"{folder.AuditTrail} is not as the authority wrote it; compare it with a backup");
    }

    private static string Remark(AuditLine line) => string.Create(
        CultureInfo.InvariantCulture, $"line {line.Number}: {line.Fault ?? "it was cut short, by a crash or because it is being written; what it began was not done"}");

    private static string Line(AuditEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {entry.Act.ToString().ToLowerInvariant(),-7}  {string.Join("  ", Parts(entry))}");

    private static IEnumerable<string> Parts(AuditEntry entry)
    {
        if (entry.Name is not null) yield return Terminal.Plain(entry.Name);
        else if (entry.User is not null) yield return $"user {entry.User}";
        if (entry.Device is not null) yield return $"device {entry.Device}";
        if (entry.Serial is not null) yield return $"{(entry.Kind is null ? "certificate" : Terminal.Plain(entry.Kind))} {entry.Serial}";
        yield return $"by {Terminal.Plain(entry.By)}";
        yield return $"({Terminal.Plain(entry.Reason)})";
    }
}

/// <param name="Last">SHA-256 of the last line: written down elsewhere, it shows later that nothing before it was changed.</param>
internal sealed record AuditReport(bool Good, int Lines, string Last);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AuditReport))]
internal sealed partial class AuditCommandJson : JsonSerializerContext;
