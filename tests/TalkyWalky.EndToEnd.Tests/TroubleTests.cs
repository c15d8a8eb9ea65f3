using System.Globalization;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>What is wrong outside becomes one clear line, a non-zero exit, and no loss.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class TroubleTests(Company company)
{
    [Fact]
    public async Task ServersDiskFull_NothingIsAcceptedOrLost_AndAllGoesOutWhenThereIsRoom()
    {
        await using var place = await company.CopyAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var server = place.Started(RunningProgram.Start("unshare",
        [
            "--map-root-user", "--mount", "--fork", "--kill-child=TERM", "sh", "-c",
            "cp -a \"$1\" \"$1.kept\" && mount -t tmpfs -o size=24m tmpfs \"$1\" && cp -a \"$1.kept/.\" \"$1\" && echo \"shell $$\" && exec \"$2\" serve --data \"$1\" --listen \"$3\"",
            "sh", place.Data, Programs.Server, $"127.0.0.1:{place.Port}",
        ]));
        var inside = await InsideAsync(server);
        await server.LineAsync(line => line.StartsWith("ready ", StringComparison.Ordinal));
        (await ada.SendAsync("bob", "before")).Expect(0);

        var filler = Path.Combine($"/proc/{inside}/root{place.Data}", "filler");
        Fill(filler);
        var big = new string('x', 60_000);
        var refused = 0;
        for (var n = 0; n < 12; n++) refused += (await ada.SendAsync("bob", $"{n} {big}")).Exit == 5 ? 1 : 0;
        Assert.True(refused > 0, "a full disk was never noticed");

        File.Delete(filler);
        await ada.SettledAsync();
        var received = await bob.ListenAsync(13);
        Assert.Equal(["before", .. Enumerable.Range(0, 12).Select(n => $"{n} {big}")], received.Select(Messages.Text));
    }

    [Fact]
    public async Task CorruptServerDatabase_IsOneLineAndExit1()
    {
        await using var place = await company.CopyAsync();
        var database = Path.Combine(place.Data, "talkywalky.db");
        await File.WriteAllBytesAsync(database, [.. "SQLite format 3\0"u8, .. new byte[8192]]);
        foreach (var rest in Directory.GetFiles(place.Data, "talkywalky.db-*")) File.Delete(rest);
        var failed = (await Programs.RunAsync(Programs.Server, ["serve", "--data", place.Data, "--listen", $"127.0.0.1:{place.Port}"])).Expect(1);
        Assert.Contains("talkywalky.db", failed.Errors, StringComparison.Ordinal);
        Assert.Empty(failed.Output);
    }

    [Fact]
    public async Task CorruptProfile_IsOneLineAndExit1()
    {
        await using var place = await company.CopyAsync();
        var ada = place.Member("ada");
        await File.WriteAllBytesAsync(Path.Combine(ada.Profile, "profile.db"), [.. "SQLite format 3\0"u8, .. new byte[8192]]);
        foreach (var rest in Directory.GetFiles(ada.Profile, "profile.db-*")) File.Delete(rest);
        var failed = (await ada.RunAsync(["history", "--with", "bob"])).Expect(1);
        Assert.Single(failed.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task JoinLink_WithAnotherRoot_IsRefusedBeforeAnySecretIsSent()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var wrong = place.Join[..^64] + new string('a', 64);
        var eve = place.Member("eve");
        Member.WriteSecret(Path.Combine(place.Folder, "eve.passphrase"), "p");
        var refused = await eve.RunAsync(["register", "--join", wrong, "--user", "eve", "--password-file", "-"], "a long password\n");
        Assert.Equal(4, refused.Exit);
        Assert.DoesNotContain("eve", (await Programs.RunAsync(Programs.Server, ["user", "list", "--data", place.Data])).Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "2 to 20")]
    [InlineData("no spaces", "letters")]
    [InlineData("ada", "taken")]
    public async Task Register_WithABadName_SaysWhatToDo(string name, string hint)
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var someone = place.Member("someone");
        Member.WriteSecret(Path.Combine(place.Folder, "someone.passphrase"), "p");
        var refused = await someone.RunAsync(["register", "--join", place.Join, "--user", name, "--password-file", "-"], "a long password\n");
        Assert.Contains(refused.Exit, new[] { 2, 4 });
        Assert.Contains(hint, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ToNobody_IsRefusedInASentence()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var refused = (await place.Member("ada").SendAsync("nobody-here", "hello?")).Expect(4);
        Assert.Contains("nobody-here", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_WithoutProfile_SaysToRegister()
    {
        await using var place = await company.CopyAsync();
        var refused = (await place.Member("nobody").RunAsync(["whoami"])).Expect(3);
        Assert.Contains("register", refused.Errors, StringComparison.Ordinal);
    }

    private static async Task<int> InsideAsync(RunningProgram server)
    {
        var line = await server.LineAsync(line => line.StartsWith("shell ", StringComparison.Ordinal));
        return int.Parse(line["shell ".Length..], CultureInfo.InvariantCulture);
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                stream.Write(block);
                stream.Flush();
            }
        }
        catch (IOException)
        {
            Assert.True(stream.Length > 0);
        }
    }
}
