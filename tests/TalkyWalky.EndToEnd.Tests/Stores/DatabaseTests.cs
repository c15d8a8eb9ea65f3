using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests.Stores;

/// <summary>The real server on PostgreSQL: it goes away and comes back, and with RabbitMQ nothing is left in the folder's file.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class DatabaseTests(Company company, RealPostgres database) : IClassFixture<RealPostgres>
{
    [Fact]
    public async Task DatabaseStopped_PeopleAreToldAndChatOnAfterwards()
    {
        await using var place = await MovedAsync(broker: null);
        var server = await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        await ada.RoomAsync("create", "plans");

        await database.StopAtOnceAsync();
        var refused = await place.Member("zoe").TryRegisterAsync("correct horse zoe");
        Assert.NotEqual(0, refused.Exit);
        Assert.DoesNotContain("PostgreSQL", refused.Errors, StringComparison.OrdinalIgnoreCase);
        var doctor = (await AdministerAsync(place, "doctor")).Expect(1);
        Assert.Contains("cannot be reached", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", server.Errors(), StringComparison.Ordinal);
        Assert.DoesNotContain(database.Password, server.Errors() + doctor.Output, StringComparison.Ordinal);

        await database.StartAsync();
        await ada.RoomAsync("add", "plans", "bob");
        (await ada.RunAsync(["send", "--room", "plans", "it is back"])).Expect(0);
        Assert.Equal("it is back", Assert.Single(await bob.ListenAsync(1)).Text());
        await place.Member("zoe").RegisterAsync();
        (await AdministerAsync(place, "doctor")).Expect(0);
        Assert.Equal(0, await server.SignalAsync("TERM"));
    }

    [Fact]
    public async Task BrokerElsewhereToo_TheFolderHasNoDatabaseOfItsOwn_AndOneServer()
    {
        var broker = new RabbitNode();
        await broker.InitializeAsync();
        try
        {
            await using var place = await MovedAsync(broker);
            foreach (var file in Directory.EnumerateFiles(place.Data, "talkywalky.db*")) File.Delete(file);
            await place.StartServerAsync();
            var (ada, bob) = (place.Member("ada"), place.Member("bob"));
            // A device's mailbox is made in the new broker when it connects.
            foreach (var member in (Member[])[ada, bob]) (await member.RunAsync(["users"])).Expect(0);
            (await ada.SendAsync("bob", "through both")).Expect(0);
            Assert.Equal("through both", Assert.Single(await bob.ListenAsync(1)).Text());
            Assert.Equal(["talkywalky.db.lock"], Directory.EnumerateFiles(place.Data, "talkywalky.db*").Select(Path.GetFileName));

            var second = await Programs.RunAsync(Programs.Server, ["serve", "--data", place.Data, "--listen", "127.0.0.1:0"]);
            Assert.Contains("in use by another process", second.Expect(1).Errors, StringComparison.Ordinal);
        }
        finally
        {
            await broker.DisposeAsync();
        }
    }

    /// <summary>A copy of the organisation, whose store was moved into a database of its own.</summary>
    private async Task<Place> MovedAsync(RabbitNode? broker)
    {
        var place = await company.CopyAsync();
        var configuration = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["store"] = new
            {
                type = "postgres", servers = new[] { $"{database.Host}:{database.Port}" }, caFile = database.CaFile, passwordFile = database.PasswordFile, database = await database.CreateDatabaseAsync(),
            },
        };
        if (broker is not null)
            configuration["broker"] = new { type = "rabbitmq", servers = new[] { broker.Amqps }, caFile = broker.CaFile, username = broker.Username, passwordFile = broker.PasswordFile };
        await File.WriteAllTextAsync(Path.Combine(place.Data, "talkywalkyd.json"), JsonSerializer.Serialize(configuration));
        (await AdministerAsync(place, "store", "migrate", "--from", "embedded", "--to", "postgres", "--leave-mailboxes")).Expect(0);
        return place;
    }

    private static Task<Finished> AdministerAsync(Place place, params string[] command) => Programs.RunAsync(Programs.Server, [.. command, "--data", place.Data]);
}
