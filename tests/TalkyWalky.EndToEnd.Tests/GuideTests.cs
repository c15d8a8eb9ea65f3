using System.Text.RegularExpressions;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>The chapters of docs/guide: every command is run, and what the page says one sees is what is seen.</summary>
public sealed partial class GuideTests
{
    private const string Mark = "=== the next block ===";

    [Fact]
    public async Task RoomsAndDevices_ShowWhatThePageSays()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["ada", "ben", "cyd"]) Member.WriteSecret(folder[$"{name}.password"], $"a password for {name}\n");
        await ShowsWhatThePageSaysAsync("rooms-and-devices.md", folder, new(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Authority_ShowsWhatThePageSays()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["ada", "eve"]) Member.WriteSecret(folder[$"{name}.password"], $"a password for {name}\n");
        await ShowsWhatThePageSaysAsync("authority.md", folder, new(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Ldap_ShowsWhatThePageSays()
    {
        using var folder = new TempFolder();
        Member.WriteSecret(folder["eve.password"], "Try-out.eve.2026\n");
        var domain = new DomainController();
        await domain.InitializeAsync();
        try
        {
            // The page's domain is this one, made before: making another takes a third of a minute.
            await domain.StopAsync();
            Directory.CreateSymbolicLink(folder["domain"], domain.Folder);
            await ShowsWhatThePageSaysAsync("ldap.md", folder, new(StringComparer.Ordinal)
            {
                ["10389"] = $"{Ports.Free()}", ["10636"] = $"{Ports.Free()}", ["127.0.0.2"] = DomainController.FreeAddress(),
            });
        }
        finally
        {
            await domain.DisposeAsync();
        }
    }

    [Fact]
    public async Task Postgres_ShowsWhatThePageSays()
    {
        using var folder = new TempFolder();
        // Run by root the database has an account of its own, which passes through.
        File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var name in (string[])["ada", "eve"]) Member.WriteSecret(folder[$"{name}.password"], $"a password for {name}\n");
        await ShowsWhatThePageSaysAsync("postgres.md", folder, new(StringComparer.Ordinal) { ["15432"] = $"{Ports.Free()}" });
    }

    [Fact]
    public async Task RabbitMq_ShowsWhatThePageSays()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["ada", "eve"]) Member.WriteSecret(folder[$"{name}.password"], $"a password for {name}\n");
        var port = RabbitNode.FreePorts();
        await ShowsWhatThePageSaysAsync("rabbitmq.md", folder, new(StringComparer.Ordinal) { ["25672"] = $"{port}", ["25680"] = $"{port + 5}" });
    }

    /// <param name="places">Ports and addresses of the page, and what stands for them so that other tests do not use them.</param>
    private static async Task ShowsWhatThePageSaysAsync(string name, TempFolder folder, Dictionary<string, string> places)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "guide", name));
        foreach (var (there, here) in places) page = page.Replace(there, here, StringComparison.Ordinal);
        var steps = Steps().Matches(page).Select(static match => (Commands: match.Groups["commands"].Value, Seen: match.Groups["seen"].Value)).ToList();
        Assert.True(steps.Count > 5, "the page has no commands");
        var script = string.Join($"\necho '{Mark}'\n", steps.Select(static step => $"{{\n{step.Commands}\n}} 2>&1"));
        var ran = await Programs.RunAsync(
            "bash",
            ["-uo", "pipefail", "-c", $"cd '{folder.Path}'; PATH='{Repository.Root}/dist':'{Repository.Root}/deploy/services':$PATH; trap 'kill $(jobs -p)' EXIT\n{script}"],
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = folder["config"], ["TZ"] = "UTC" });
        var seen = ran.Output.Split(Mark + "\n");
        Assert.Equal(steps.Count, seen.Length);
        Assert.Equal(string.Join("\n\n", steps.Select(static step => Constant(step.Seen))), string.Join("\n\n", seen.Select(Constant)));
    }

    /// <summary>Without what differs from one run to the next: times, ids, keys, ports, paths.</summary>
    private static string Constant(string text)
    {
        var constant = Times().Replace(text, "TIME");
        constant = Keys().Replace(constant, "KEY");
        constant = Uuids().Replace(constant, "UUID");
        constant = Ids().Replace(constant, "ID");
        constant = Seconds().Replace(constant, "N s from");
        constant = Versions().Replace(constant, "${product} N");
        constant = Addresses().Replace(constant, "127.0.0.1:PORT");
        return Paths().Replace(constant, "/DIR").Trim();
    }

    [GeneratedRegex(@"```sh\n(?<commands>.*?)\n```\n(?:```text\n(?<seen>.*?)```)?", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Steps();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d( \d\d:\d\d( UTC)?)?", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Times();

    [GeneratedRegex(@"([0-9a-f]{4} ){15}[0-9a-f]{4}|[0-9a-f]{64}", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Keys();

    [GeneratedRegex(@"\b([0-9a-f]{8}){1,2}\b|\b[0-9a-f]{32}\b", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Uuids();

    [GeneratedRegex(@"\b[0-9]+ s from", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Seconds();

    [GeneratedRegex(@"(?<product>PostgreSQL|RabbitMQ) \d+(\.\d+)*", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Versions();

    [GeneratedRegex(@"127\.0\.0\.1:\d+", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"/\S*talkywalky-test-[^/\s]*|/home/you/guide", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Paths();
}
