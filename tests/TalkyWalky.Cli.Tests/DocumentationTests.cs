using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Testing;

namespace TalkyWalky.Cli.Tests;

/// <summary>docs/cli.md says what the program does.</summary>
public sealed class DocumentationTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Commands_HelpAndPage_HaveTheSameExamples()
    {
        var root = TalkyWalkyCommand.Create(new CliHost(null!, static _ => null, TimeProvider.System, _run));
        Assert.Equal(25, root.Subcommands.Count);
        foreach (var command in root.Subcommands)
        {
            // A command that only groups others shows theirs in one section; one that does something itself has a section, and so has each below it.
            if (command.Action is null)
            {
                var examples = new List<string>();
                foreach (var inner in command.Subcommands) examples.AddRange(await ExamplesAsync(command.Name, inner.Name));
                Assert.Equal(examples, Documented($"### {command.Name}"));
                continue;
            }

            Assert.Equal(await ExamplesAsync(command.Name), Documented($"### {command.Name}"));
            foreach (var inner in command.Subcommands) Assert.Equal(await ExamplesAsync(command.Name, inner.Name), Documented($"### {command.Name} {inner.Name}"));
        }
    }

    private async Task<string[]> ExamplesAsync(params string[] path)
    {
        var help = (await _run.RunAsync([.. path, "--help"])).Output;
        var examples = help.Split("Examples:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.NotEmpty(examples);
        return examples;
    }

    private static string[] Documented(string heading) => Section(heading).Split("```")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Options_EveryOne_IsOnThePage()
    {
        var missing = new List<string>();
        Collect(TalkyWalkyCommand.Create(new CliHost(null!, static _ => null, TimeProvider.System, _run)), missing);
        Assert.Empty(missing);
    }

    [Fact]
    public void Objects_FieldsOfThePage_AreThoseOfTheProgram()
    {
        Check("### message", JsonLines.Types.MessageLine);
        Check("### app", JsonLines.Types.AppLine);
        Check("### self", JsonLines.Types.SelfLine);
        Check("### status", JsonLines.Types.StatusLine, last: true);
        Check("### person", JsonLines.Types.PersonLine);
        Check("### contact", JsonLines.Types.ContactLine, last: true);
        Check("### certified device", JsonLines.Types.CertifiedDeviceLine);
        Check("### logout", JsonLines.Types.LogoutLine, last: true);
        Check("### device", JsonLines.Types.DeviceLine, last: true);
        Check("### error", JsonLines.Types.ErrorLine);
        Check("### device entry", JsonLines.Types.DeviceEntryLine);
        Check("### pending", JsonLines.Types.PendingLine);
        Check("### room", JsonLines.Types.RoomLine, last: true);
        Check("### member", JsonLines.Types.MemberLine);
        Check("### log entry", JsonLines.Types.LogEntryLine);
        Check("### log head", JsonLines.Types.LogHeadLine);
        Check("### proof", JsonLines.Types.EvidenceLine);
        Check("### conversation", JsonLines.Types.ConversationLine);
        Check("### used name", JsonLines.Types.UsedNameLine);
        Check("### settings", JsonLines.Types.SettingsLine, last: true);
        Check("### done", JsonLines.Types.DoneLine);
        Check("### cleared", JsonLines.Types.ClearedLine);
        Check("### exported", JsonLines.Types.ExportedLine);
        Check("### saved file", JsonLines.Types.SavedFileLine);
        Check("### file of a message", JsonLines.Types.FileLine);
        Check("### alarm", JsonLines.Types.AlarmLine, last: true);
        Check("### kept alarm", JsonLines.Types.KeptAlarmLine);
        Check("### verified", JsonLines.Types.VerifiedLine);
        Check("### certificate", JsonLines.Types.CertificateLine);
        Check("### direct connection", JsonLines.Types.DirectPeerLine);
    }

    [Fact]
    public async Task Export_FieldsOfThePage_AreThoseOfTheFile()
    {
        using var exported = JsonDocument.Parse((await _run.RunAsync("history", "export", "--with", "bob", "--format", "json", "--output", "-")).Output);
        Assert.Equal(exported.RootElement.EnumerateObject().Select(static property => property.Name), Fields("### history", last: true));
    }

    [Fact]
    public void ExitCodes_AreOnThePage()
    {
        foreach (var code in (int[])[0, 1, 2, 3, 4, 5, 130]) Assert.Contains($"\n| {code} |", Page, StringComparison.Ordinal);
        foreach (var code in (int[])[1, 2, 3, 4, 5, 130]) Assert.Contains($"`{ExitCode.NameOf(code)}`", Section("## Exit codes"), StringComparison.Ordinal);
    }

    private static void Collect(Command command, List<string> missing)
    {
        foreach (var option in command.Options.Where(static option => option.Name is not ("--help" or "--version")))
            if (!Page.Contains(option.Name, StringComparison.Ordinal)) missing.Add($"{command.Name} {option.Name}");
        foreach (var inner in command.Subcommands) Collect(inner, missing);
    }

    private static void Check(string heading, JsonTypeInfo type, bool last = false)
    {
        Assert.Equal(type.Properties.Select(static property => property.Name), Fields(heading, last));
    }

    private static IEnumerable<string> Fields(string heading, bool last) =>
        Section(heading, last).Split('\n').Where(static line => line.StartsWith("| `", StringComparison.Ordinal)).Select(static line => line.Split('`')[1]);

    // A command and an object may share a heading; the object comes last.
    private static string Section(string heading, bool last = false)
    {
        var start = last ? Page.LastIndexOf($"\n{heading}\n", StringComparison.Ordinal) : Page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/cli.md has no {heading}");
        var end = Page.IndexOf(heading.StartsWith("###", StringComparison.Ordinal) ? "\n##" : "\n## ", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }
}
