using System.CommandLine;
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
        var commands = (await _run.RunAsync("--help")).Output.Split("Commands:")[1].Split("Examples:")[0]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Trim().Split(' ')[0]).Where(static name => name.Length > 0).ToList();
        Assert.Equal(11, commands.Count);
        foreach (var command in commands)
        {
            string[] path = command == "device" ? ["device", "show"] : [command];
            var help = (await _run.RunAsync([.. path, "--help"])).Output;
            var examples = help.Split("Examples:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.NotEmpty(examples);
            var section = Section($"### {command}");
            Assert.Equal(examples, section.Split("```")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

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
        Check("### self", JsonLines.Types.SelfLine);
        Check("### status", JsonLines.Types.StatusLine, last: true);
        Check("### person", JsonLines.Types.PersonLine);
        Check("### logout", JsonLines.Types.LogoutLine, last: true);
        Check("### device", JsonLines.Types.DeviceLine, last: true);
        Check("### error", JsonLines.Types.ErrorLine);
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
        var documented = Section(heading, last).Split('\n').Where(static line => line.StartsWith("| `", StringComparison.Ordinal)).Select(static line => line.Split('`')[1]);
        Assert.Equal(type.Properties.Select(static property => property.Name), documented);
    }

    // A command and an object may share a heading; the object comes last.
    private static string Section(string heading, bool last = false)
    {
        var start = last ? Page.LastIndexOf($"\n{heading}\n", StringComparison.Ordinal) : Page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/cli.md has no {heading}");
        var end = Page.IndexOf(heading.StartsWith("###", StringComparison.Ordinal) ? "\n##" : "\n## ", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }
}
