using System.Text.RegularExpressions;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>deploy/try: a server on a real directory, and nothing left of it.</summary>
public sealed partial class TryTests
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "try");

    [Theory]
    [InlineData("openldap")]
    [InlineData("active-directory")]
    [InlineData("rabbitmq")]
    public async Task Try_SaysHowToLogIn_AndCtrlCLeavesNothing(string kind)
    {
        using var temp = new TempFolder();
        var tries = Directory.CreateDirectory(temp["tries"]).FullName;
        await using var tried = RunningProgram.Start(Script, [kind], new Dictionary<string, string>(StringComparer.Ordinal) { ["TMPDIR"] = tries });
        var ready = await tried.LineAsync(_ => true, seconds: 200);
        Assert.Matches(ReadyLine(), ready);
        var join = ready[(ready.IndexOf("join=", StringComparison.Ordinal) + 5)..];
        var people = await tried.LineAsync(static line => line.StartsWith("people ", StringComparison.Ordinal));
        var password = Password().Match(people).Groups["password"].Value;
        Member.WriteSecret(temp["ada.password"], $"{password}\n");
        var login = await Programs.RunAsync(
            Programs.Client,
            ["login", "--profile", temp["ada"], "--join", join, "--user", "ada", "--password-file", temp["ada.password"]], environment: Config(temp));
        Assert.Contains("user: ada", login.Expect(0).Output, StringComparison.Ordinal);
        await RegisterAsync(tried, temp, join);
        await tried.LineAsync(static line => line.StartsWith("Ctrl-C stops all", StringComparison.Ordinal));
        Assert.Equal(0, await tried.SignalAsync("INT"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(tries));
    }

    // Somebody new is in the directory then, as the line that was printed shows of ada.
    private static async Task RegisterAsync(RunningProgram tried, TempFolder temp, string join)
    {
        await tried.LineAsync(static line => line.StartsWith("What the directory holds about ada", StringComparison.Ordinal));
        var search = (await tried.LineAsync(static _ => true)).Replace("=ada)", "=zoe)", StringComparison.Ordinal);
        Member.WriteSecret(temp["zoe.password"], "Try-out.zoe.2026\n");
        (await Programs.RunAsync(
            Programs.Client, ["register", "--profile", temp["zoe"], "--join", join, "--user", "zoe", "--password-file", temp["zoe.password"]], environment: Config(temp))).Expect(0);
        // Certificates are published in the background.
        var late = DateTime.UtcNow.AddSeconds(Programs.Patience);
        string entry;
        do entry = (await Programs.RunAsync("bash", ["-c", search])).Expect(0).Output;
        while (!entry.Contains("userCertificate", StringComparison.Ordinal) && DateTime.UtcNow < late);
        Assert.Equal(1, entry.Split("dn: ").Length - 1);
        Assert.Contains("zoe", entry, StringComparison.Ordinal);
        Assert.Contains("userCertificate", entry, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Config(TempFolder temp) => new(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = temp["config"] };

    [Theory]
    [InlineData("openldpa")]
    [InlineData("openldap", "--port", "99999")]
    public async Task Try_WithABadArgument_IsExit2(params string[] arguments) =>
        Assert.Contains("deploy/try: ", (await Programs.RunAsync(Script, arguments)).Expect(2).Errors, StringComparison.Ordinal);

    [GeneratedRegex(@"^ready https://127\.0\.0\.1:\d+ join=talkywalky://127\.0\.0\.1:\d+/join#root=[0-9a-f]{64}$", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"ada's password is (?<password>\S+),", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Password();
}
