using System.Text.RegularExpressions;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>The README's commands, as a newcomer runs them.</summary>
public sealed partial class ScriptTests
{
    private static readonly string Start = Path.Combine(Repository.Root, "start");

    [Fact]
    public async Task ReadmeExample_ForScripts_Works()
    {
        var folder = Directory.CreateTempSubdirectory("tw-readme-").FullName;
        await using var server = RunningProgram.Start(Start, ["--no-open", "--data", Path.Combine(folder, "data"), "--port", "0"]);
        try
        {
            var ready = await server.LineAsync(_ => true);
            Assert.Matches(ReadyLine(), ready);
            foreach (var name in new[] { "ada", "bob" }) Member.WriteSecret(Path.Combine(folder, $"{name}.password"), $"a password for {name}\n");
            var block = CodeBlocks(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"))).Single(code => code.Contains("talkywalky register", StringComparison.Ordinal));
            var ran = (await Programs.RunAsync("bash", ["-euo", "pipefail", "-c", $"cd '{folder}'; PATH='{Repository.Root}/dist':$PATH; {block}"], environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["JOIN"] = ready[(ready.IndexOf("join=", StringComparison.Ordinal) + 5)..],
                ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"),
            })).Expect(0);
            Assert.Contains("Shall we freeze the schema?", ran.Output, StringComparison.Ordinal);
            Assert.Contains("Yes, after lunch.", ran.Output, StringComparison.Ordinal);
            Assert.Contains("The draft is ready.", await File.ReadAllTextAsync(Path.Combine(folder, "planning.html")), StringComparison.Ordinal);
            Assert.Equal(0, await server.SignalAsync("INT"));
        }
        finally
        {
            await server.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task TwoTerminals_StartInTheTerminalAndAsBob_Chat_AndASecondStartFindsEverything()
    {
        await using var screen = await Terminal.OpenAsync();
        var start = $"{Start} --terminal --data {screen.Folder}/data --port 0";
        await screen.RunAsync("first", start);
        await screen.SeeAsync("first", "Username:");
        await screen.TypeAsync("first", "ada");
        await screen.RegisterAsync("first", "a password for ada");
        await screen.RunAsync("second", $"{start} --as bob");
        await screen.RegisterAsync("second", "a password for bob");

        await screen.TypeAsync("second", "/with ada");
        await screen.TypeAsync("second", "Hello from bob");
        await screen.SeeAsync("first", "Hello from bob");
        await screen.TypeAsync("first", "/with bob");
        await screen.TypeAsync("first", "Hello back from ada");
        await screen.SeeAsync("second", "Hello back from ada");
        await screen.TypeAsync("second", "/quit");
        await screen.EndAsync("second");
        await screen.TypeAsync("first", "/quit");
        await screen.EndAsync("first");

        await screen.RunAsync("again", start);
        await screen.SeeAsync("again", "Others join with this link");
        await screen.SeeAsync("again", "bob");
        await screen.TypeAsync("again", "/quit");
        await screen.EndAsync("again");
    }

    [Fact]
    public async Task Start_WithoutDisplay_EndsInTheAddressOfTheApp_AndSoDoesAsBob()
    {
        var folder = Directory.CreateTempSubdirectory("tw-start-").FullName;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"), ["DISPLAY"] = "", ["WAYLAND_DISPLAY"] = "" };
        try
        {
            await using var first = RunningProgram.Start(Start, ["--data", folder, "--port", "0"], environment);
            var ada = await first.LineAsync(IsAddress);
            await using var second = RunningProgram.Start(Start, ["--as", "bob", "--data", folder], environment);
            var bob = await second.LineAsync(IsAddress);
            using var http = new HttpClient();
            foreach (var address in new[] { ada, bob }) Assert.Contains("<script", await http.GetStringAsync(new Uri(address[4..])), StringComparison.Ordinal);
            Assert.NotEqual(new Uri(ada[4..]).Port, new Uri(bob[4..]).Port);
            var again = (await Programs.RunAsync(Start, ["--as", "bob", "--data", folder], environment: environment)).Expect(0);
            Assert.StartsWith(bob[..bob.IndexOf('#', StringComparison.Ordinal)], again.Output, StringComparison.Ordinal);
            Assert.Equal(0, await second.SignalAsync("TERM"));
            Assert.Equal(0, await first.SignalAsync("TERM"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static bool IsAddress(string line) => line.StartsWith("app http://127.0.0.1:", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutServer_AsBob_SaysWhatToDo()
    {
        var folder = Directory.CreateTempSubdirectory("tw-start-").FullName;
        try
        {
            var refused = (await Programs.RunAsync(Start, ["--as", "bob", "--data", folder])).Expect(1);
            Assert.Contains("./start", refused.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("--prot", "1")]
    [InlineData("--port", "99999")]
    [InlineData("--as", "a b")]
    public async Task Start_WithABadOption_IsExit2(string option, string value) => (await Programs.RunAsync(Start, [option, value])).Expect(2);

    private static IEnumerable<string> CodeBlocks(string markdown) => Block().Matches(markdown).Select(match => match.Groups["code"].Value);

    [GeneratedRegex(@"^```sh\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ready https://127\.0\.0\.1:\d+ join=talkywalky://127\.0\.0\.1:\d+/join#root=[0-9a-f]{64}$", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex ReadyLine();
}
