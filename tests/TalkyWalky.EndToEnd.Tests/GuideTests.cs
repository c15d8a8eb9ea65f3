using System.Text.RegularExpressions;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>The chapters of docs/guide: every command is run, and what the page says one sees is what is seen.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed partial class GuideTests
{
    private const string Mark = "=== the next block ===";

    [Fact]
    public async Task RoomsAndDevices_ShowWhatThePageSays()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "guide", "rooms-and-devices.md"));
        var steps = Steps().Matches(page).Select(static match => (Commands: match.Groups["commands"].Value, Seen: match.Groups["seen"].Value)).ToList();
        Assert.True(steps.Count > 10, "the page has no commands");
        var folder = Directory.CreateTempSubdirectory("tw-guide-").FullName;
        try
        {
            foreach (var name in (string[])["ada", "ben", "cyd"]) Member.WriteSecret(Path.Combine(folder, $"{name}.password"), $"a password for {name}\n");
            var script = string.Join($"\necho '{Mark}'\n", steps.Select(static step => $"{{\n{step.Commands}\n}} 2>&1"));
            var ran = await Programs.RunAsync(
                "bash",
                ["-uo", "pipefail", "-c", $"cd '{folder}'; PATH='{Repository.Root}/dist':$PATH; trap 'kill $(jobs -p)' EXIT\n{script}"],
                environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"), ["TZ"] = "UTC" },
                seconds: 400);
            var seen = ran.Output.Split(Mark + "\n");
            Assert.Equal(steps.Count, seen.Length);
            Assert.Equal(string.Join("\n\n", steps.Select(static step => Constant(step.Seen))), string.Join("\n\n", seen.Select(Constant)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Without what differs from one run to the next: times, ids, keys, ports, paths.</summary>
    private static string Constant(string text)
    {
        var constant = Times().Replace(text, "TIME");
        constant = Keys().Replace(constant, "KEY");
        constant = Ids().Replace(constant, "ID");
        constant = Addresses().Replace(constant, "127.0.0.1:PORT");
        return Paths().Replace(constant, "/DIR").Trim();
    }

    [GeneratedRegex(@"```sh\n(?<commands>.*?)\n```\n(?:```text\n(?<seen>.*?)```)?", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Steps();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d( \d\d:\d\d( UTC)?)?", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Times();

    [GeneratedRegex(@"([0-9a-f]{4} ){15}[0-9a-f]{4}|[0-9a-f]{64}", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Keys();

    [GeneratedRegex(@"\b([0-9a-f]{8}){1,2}\b", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"127\.0\.0\.1:\d+", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"/\S*tw-guide-[^/\s]*|/home/you/guide", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Paths();
}
