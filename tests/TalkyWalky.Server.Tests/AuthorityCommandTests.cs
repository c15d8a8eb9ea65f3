using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using TalkyWalky.Pki.Status;
using TalkyWalky.Testing;

namespace TalkyWalky.Server.Tests;

/// <summary>The authority by the commands of the real program: audit trail, off-line root.</summary>
public sealed class AuthorityCommandTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task CaAudit_CommandsAndAServer_AreOnTheTrailWithWhoGaveThem()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        File.Delete(_temp["data/audit.log"]);
        await FailsAsync(1, "audit.log does not exist", "", "ca", "audit");
        await RunAsync("", "user", "invite", "ada");
        await using (await ServerProcess.StartAsync(_temp["data"])) await RunAsync("", "user", "invite", "bob");

        var uid = (await Tool.RunAsync("id", ["-u"])).Output.Trim();
        var acts = (await RunAsync("", "ca", "audit", "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(acts.Where(static one => one.GetProperty("act").GetString() is "invite"), one => Assert.Equal($"administrator uid {uid}", one.GetProperty("by").GetString()));
        Assert.Contains(acts, static one => one.GetProperty("act").GetString() is "issue" && one.GetProperty("by").GetString() is "authority" && one.GetProperty("kind").GetString() is "server");
        Assert.Equal(["ada", "bob"], acts.Where(static one => one.TryGetProperty("name", out _)).Select(static one => one.GetProperty("name").GetString()));
        Assert.Contains("invite   bob", Assert.Single((await RunAsync("", "ca", "audit", "--user", "bob", "--since", "2026-01-01")).Output.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync("", "ca", "audit", "--since", "2999-01-01T00:00")).Output);
        Assert.Matches("^[0-9]+ lines, none changed; last [0-9a-f]{64}\n$", (await RunAsync("", "ca", "audit", "--verify")).Output);

        await File.WriteAllTextAsync(_temp["data/audit.log"], (await File.ReadAllTextAsync(_temp["data/audit.log"])).Replace("ada", "eve", StringComparison.Ordinal));
        await FailsAsync(1, "is not as the authority wrote it", "", "ca", "audit", "--verify");
    }

    [Fact]
    public async Task CaExport_RunningAndStopped_PrintsEveryCertificate_AndIsOnTheTrail()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        await RunAsync("", "ca", "issue", "--host", "one.example.org", "--out", _temp["one"]);
        await RunAsync("", "ca", "issue", "--host", "two.example.org", "--out", _temp["two"]);

        await File.WriteAllTextAsync(_temp["all.pem"], (await RunAsync("", "ca", "export")).Output);

        var made = new[] { "one", "two" }.Select(name => X509Certificate2.CreateFromPem(File.ReadAllText(_temp[$"{name}/server.pem"])).RawData).ToList();
        var read = new X509Certificate2Collection();
        read.ImportFromPemFile(_temp["all.pem"]);
        Assert.Equal(made.Select(Convert.ToHexString).Order(StringComparer.Ordinal), read.Select(static one => Convert.ToHexString(one.RawData)).Order(StringComparer.Ordinal));
        await using (await ServerProcess.StartAsync(_temp["data"]))
        {
            var lines = (await RunAsync("", "ca", "export", "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal(3, lines.Count); // the server's own as well
            Assert.All(lines, static line => Assert.Equal(
                line.GetProperty("certificate").GetProperty("serial").GetString()!.TrimStart('0'),
                X509Certificate2.CreateFromPem(line.GetProperty("pem").GetString()!).SerialNumber.ToLowerInvariant().TrimStart('0')));
            await FailsAsync(1, "there is no user \"nobody\"", "", "ca", "export", "--user", "nobody");
        }

        Assert.Equal(2, (await RunAsync("", "ca", "audit")).Output.Split('\n').Count(static line => line.Contains("  export ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task CaCrlRoot_KeyTakenAway_IsSignedWhereItIsBrought_AndServed()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        File.Move(_temp["data/ca/root.key"], _temp["safe.key"]);
        var first = RootCrl();
        await FailsAsync(1, "name it with --root-key FILE", "", "ca", "crl", "--root", "--out", _temp["root.crl"]);
        await FailsAsync(1, "the passphrase is wrong", "wrong\n", "ca", "crl", "--root", "--root-key", _temp["safe.key"], "--root-passphrase-file", "-", "--out", _temp["root.crl"]);
        await FailsAsync(1, "do not belong together", "", "ca", "crl", "--root", "--root-key", _temp["data/ca/issuing.key"], "--out", _temp["root.crl"]);

        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        await DoneAsync("", "", "ca", "crl", "--root", "--root-key", _temp["safe.key"], "--out", _temp["root.crl"]);

        var second = RootCrl();
        Assert.True(second.Number > first.Number);
        Assert.Equal(TimeSpan.FromDays(366), second.NextUpdate - second.ThisUpdate);
        Assert.Equal("200", await FetchAsync(server, "/v1/status/root.crl", _temp["served.crl"]));
        Assert.Equal(await File.ReadAllBytesAsync(_temp["root.crl"]), await File.ReadAllBytesAsync(_temp["served.crl"]));
        Assert.Contains("rootcrl", (await RunAsync("", "ca", "audit")).Output, StringComparison.Ordinal);
        Assert.Contains("root-crl     good", (await RunAsync("", "doctor", "--part", "authority")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RootCrl_GoneOrOfAnotherRoot_StopsNothing_AndDoctorSaysSo()
    {
        await ServerData.CopyTemplateAsync(_temp["data"]);
        File.Delete(_temp["data/ca/root.crl"]);
        var told = await RunAsync("", "doctor", "--part", "authority");
        Assert.Equal(0, told.ExitCode);
        Assert.Contains("root-crl     warning  there is none", told.Output, StringComparison.Ordinal);

        await using var server = await ServerProcess.StartAsync(_temp["data"]);
        Assert.Equal("404", await FetchAsync(server, "/v1/status/root.crl", _temp["served.crl"]));
    }

    /// <summary>The status that curl saw, which trusts the root alone.</summary>
    private async Task<string> FetchAsync(ServerProcess server, string path, string file) =>
        (await Tool.RunAsync("curl", ["-sS", "--noproxy", "*", "--cacert", _temp["data/ca/root.pem"], "-o", file, "-w", "%{http_code}", new Uri(server.Gateway, path).ToString()])).Output;

    private VerifiedCrl RootCrl() => RevocationLists.ReadOwn(
        File.ReadAllBytes(_temp["data/ca/root.crl"]), X509Certificate2.CreateFromPem(File.ReadAllText(_temp["data/ca/root.pem"])).RawData)!;

    private Task<CommandResult> RunAsync(string input, params string[] arguments) => ServerProcess.RunAsync([.. arguments, "--data", _temp["data"]], input);

    private async Task DoneAsync(string output, string input, params string[] arguments)
    {
        var result = await RunAsync(input, arguments);
        Assert.Equal((0, output, ""), (result.ExitCode, result.Output, result.Error));
    }

    private async Task FailsAsync(int code, string text, string input, params string[] arguments)
    {
        var result = await RunAsync(input, arguments);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        Assert.Contains(text, Assert.Single(result.Error.TrimEnd('\n').Split('\n'), static line => line.StartsWith("talkywalkyd: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
