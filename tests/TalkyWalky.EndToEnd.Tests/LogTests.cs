using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>The transparency log, read by members with the real programs.</summary>
public sealed class LogTests(Quartet quartet) : IClassFixture<Quartet>
{
    [Fact]
    public async Task Search_ReadsWhatTheServerLoggedAMomentAgo()
    {
        await using var place = await quartet.CopyAsync();
        await using var server = await place.StartServerAsync();
        var before = await SearchAsync(place, "bob");
        Assert.Equal(["certificate", "certificate", "devices"], before.Select(static entry => entry.GetProperty("kind").GetString()));
        Assert.Contains("came in, as the first", Text(before[^1]), StringComparison.Ordinal);

        (await Programs.RunAsync(Programs.Server, ["ca", "revoke", "--user", "bob", "--reason", "keyCompromise", "--data", place.Data])).Expect(0);

        var after = (await SearchAsync(place, "bob"))[before.Count..];
        Assert.Equal(["revocation", "revocation", "devices"], after.Select(static entry => entry.GetProperty("kind").GetString()));
        Assert.All(after, static entry => Assert.Equal("bob", entry.GetProperty("username").GetString()));
        Assert.Contains("0 of them", Text(after[^1]), StringComparison.Ordinal);
        Assert.Equal(4, (await place.Member("ada").RunAsync(["log", "search", "nobody"])).Exit);
    }

    [Fact]
    public async Task Watch_ShowsWhatIsLoggedFromNowOn()
    {
        await using var place = await quartet.CopyAsync();
        await using var server = await place.StartServerAsync();
        var watch = place.Member("ada").Start("log", "watch", "--json");
        await watch.LineAsync(static line => line.StartsWith("{\"size\":", StringComparison.Ordinal));
        (await Programs.RunAsync(Programs.Server, ["ca", "revoke", "--user", "mal", "--reason", "superseded", "--data", place.Data])).Expect(0);
        await watch.LineAsync(static line => line.Contains("\"kind\":\"devices\"", StringComparison.Ordinal) && line.Contains("\"username\":\"mal\"", StringComparison.Ordinal));
        await watch.SignalAsync("INT");
    }

    private static async Task<List<JsonElement>> SearchAsync(Place place, string user) =>
        [.. Member.Parse((await place.Member("ada").RunAsync(["log", "search", user, "--json"])).Expect(0).Lines)];

    private static string Text(JsonElement entry) => entry.GetProperty("text").GetString()!;
}
