using System.Diagnostics;
using System.Text.RegularExpressions;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests;

/// <summary>The examples of docs/app-api.md, run as they stand.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "app-api.md"));

    [Fact]
    public async Task Shell_Examples_GetInSendAndRead()
    {
        await using var app = await TestApp.StartAsync();
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["app.line"], $"app {app.Server.NewEntrance()}\n");
        await File.WriteAllTextAsync(folder["guide.sh"], $"set -euo pipefail\n{Blocks("sh")}");
        using var shell = Start("bash", ["guide.sh"], folder.Path);
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal((0, "queued\nThe build is green.\n26\n<testsuite failures=\"0\"/>\n"), (shell.ExitCode, output));
    }

    [Fact]
    public async Task Bot_Example_SaysAgainWhatItIsTold()
    {
        await using var app = await TestApp.StartAsync();
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["app.line"], $"app {app.Server.NewEntrance()}\n");
        await File.WriteAllTextAsync(folder["echo.mjs"], Blocks("js"));
        using var bot = Start("node", ["--experimental-websocket", "echo.mjs"], folder.Path);
        try
        {
            await app.Server.WindowsChangedAsync(0, CancellationToken.None).WaitAsync(TestApp.Patience);
            var events = await app.ListenAsync();
            app.Chat.Receive("ping");
            var answer = await events.UntilAsync("message", static happening => happening.GetProperty("message").GetProperty("mine").GetBoolean());
            Assert.Equal("You said: ping", answer.GetProperty("message").GetProperty("text").GetString());
        }
        finally
        {
            if (!bot.HasExited) bot.Kill();
            await bot.WaitForExitAsync();
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments, string folder) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })!;

    private static string Blocks(string language)
    {
        var blocks = Block().Matches(Guide).Where(match => match.Groups["language"].Value == language).Select(static match => match.Groups["text"].Value).ToList();
        Assert.NotEmpty(blocks);
        return string.Concat(blocks);
    }

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Block();
}
