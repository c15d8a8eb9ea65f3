using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests.Stores;

/// <summary>An organisation that began on the embedded store goes on with PostgreSQL.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class MigrationTests(Company company, RealPostgres database) : IClassFixture<RealPostgres>
{
    [Fact]
    public async Task Migrate_EverybodyIsKnownAndChatsOn()
    {
        await using var place = await company.CopyAsync();
        var server = await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        await ada.RoomAsync("create", "plans");
        await ada.RoomAsync("add", "plans", "bob");
        (await ada.RunAsync(["name", "set", "Robert'); DROP TABLE device;--"])).Expect(0);
        (await ada.RunAsync(["send", "--room", "plans", "before"])).Expect(0);
        Assert.Equal("before", Assert.Single(await bob.ListenAsync(1)).Text());
        var invited = (await AdministerAsync(place, "user", "invite", "zoe", "--json")).Expect(0);

        await ConfigureAsync(place);
        var early = (await MigrateAsync(place)).Expect(1);
        Assert.Contains("is in use by another process; stop that server first", early.Errors, StringComparison.Ordinal);
        (await ada.SendAsync("bob", "it waits in the mailbox")).Expect(0);
        Assert.Equal(0, await server.SignalAsync("TERM"));

        var waiting = (await MigrateAsync(place)).Expect(1);
        Assert.Contains("wait in the mailboxes", waiting.Errors, StringComparison.Ordinal);
        var migrated = (await MigrateAsync(place, "--leave-mailboxes", "--json")).Expect(0);
        Assert.Contains("copied device: ", migrated.Errors, StringComparison.Ordinal);
        AssertSame(migrated);
        Assert.Contains("the store to copy into is not empty", (await MigrateAsync(place, "--leave-mailboxes")).Expect(1).Errors, StringComparison.Ordinal);

        await place.StartServerAsync();
        Assert.Equal("it waits in the mailbox", Assert.Single(await bob.ListenAsync(1)).Text());
        (await bob.SendAsync("ada", "an answer")).Expect(0);
        (await bob.RunAsync(["send", "--room", "plans", "after"])).Expect(0);
        Assert.Equal(["after", "an answer"], (await ada.ListenAsync(2)).Select(Messages.Text).Order(StringComparer.Ordinal));
        Assert.Contains("Robert'); DROP TABLE device;--", (await bob.RunAsync(["users"])).Expect(0).Output, StringComparison.Ordinal);

        // The ledger goes on where it stood, an invitation from before is good, and newcomers are kept in the database.
        await ada.RoomAsync("add", "plans", "m03");
        (await ada.RunAsync(["send", "--room", "plans", "welcome"])).Expect(0);
        Assert.Equal("welcome", Assert.Single(await place.Member("m03").ListenAsync(1)).Text());
        place.Join = JsonDocument.Parse(invited.Output).RootElement.GetProperty("join").GetString()!;
        await place.Member("zoe").RegisterAsync();
        (await place.Member("zoe").SendAsync("bob", "hello")).Expect(0);
        Assert.Equal($"{Company.Everyone.Count + 1}", await database.QueryAsync("talkywalky", "SELECT count(*) FROM account"));
    }

    private static void AssertSame(Finished migrated)
    {
        var report = JsonDocument.Parse(migrated.Output).RootElement;
        Assert.True(report.GetProperty("same").GetBoolean());
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in report.GetProperty("tables").EnumerateArray())
        {
            Assert.Equal(table.GetProperty("sha256From").GetString(), table.GetProperty("sha256To").GetString());
            Assert.Equal(table.GetProperty("rowsFrom").GetInt64(), table.GetProperty("rowsTo").GetInt64());
            rows.Add(table.GetProperty("table").GetString()!, table.GetProperty("rowsTo").GetInt64());
        }

        Assert.Equal((Company.Everyone.Count, Company.Everyone.Count, 1), (rows["account"], rows["device"], rows["profile"]));
        Assert.InRange(rows["invitation"], 1, long.MaxValue);
        Assert.InRange(rows["certificate"], 2 * Company.Everyone.Count + 1, long.MaxValue);
        Assert.InRange(rows["room_commit"], 2, long.MaxValue);
    }

    private static Task<Finished> MigrateAsync(Place place, params string[] options) =>
        AdministerAsync(place, ["store", "migrate", "--from", "embedded", "--to", "postgres", .. options]);

    private static Task<Finished> AdministerAsync(Place place, params string[] command) => Programs.RunAsync(Programs.Server, [.. command, "--data", place.Data]);

    private Task ConfigureAsync(Place place) => File.WriteAllTextAsync(
        Path.Combine(place.Data, "talkywalkyd.json"),
        JsonSerializer.Serialize(new
        {
            store = new { type = "postgres", servers = new[] { $"{database.Host}:{database.Port}" }, caFile = database.CaFile, passwordFile = database.PasswordFile },
        }));
}
