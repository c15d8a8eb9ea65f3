using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>A room of twenty real programs, of which the server and some members are killed in the middle.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class RoomCrashTests(Team team) : IClassFixture<Team>
{
    private const int Writers = 5;

    private static readonly int Each = Effort.Count(usual: 1000, full: 3000) / Writers;

    [Fact]
    public async Task RoomOfTwenty_ServerAndMembersKilled_EveryoneHasEachMessageOnceInItsAuthorsOrder()
    {
        await using var place = await team.CopyAsync();
        var server = await place.StartServerAsync();
        var members = Team.Everyone.Select(place.Member).ToList();
        await members[0].RoomAsync("create", "plans");
        await members[0].RoomAsync(["add", "plans", .. Team.Everyone.Skip(1)]);

        var chats = members.ToDictionary(static member => member.Name, static member => member.Start("chat", "--room", "plans"), StringComparer.Ordinal);
        for (var round = 0; round < 4; round++)
        {
            foreach (var writer in members.Take(Writers)) await chats[writer.Name].TypeAsync(Round(writer.Name, round));
            // A writer, two readers and the server, each in the middle of the others' work.
            string[] victims = [members[round].Name, members[Writers + round].Name, members[^(1 + round)].Name];
            await chats[members[Writers + 4].Name].LineAsync(static line => line.Contains("m01 ", StringComparison.Ordinal), seconds: 120);
            foreach (var victim in victims) await chats[victim].CrashAsync();
            await server.CrashAsync();
            server = await place.StartServerAsync();
            foreach (var victim in victims) chats[victim] = members.Single(member => member.Name == victim).Start("chat", "--room", "plans");
        }

        foreach (var writer in members.Take(Writers)) await WriteMissingAsync(writer, chats[writer.Name]);
        var written = await Task.WhenAll(members.Take(Writers).Select(async writer => (writer.Name, Messages: OfAuthor(await writer.RoomHistoryAsync("plans"), writer.Name))));
        Assert.All(written, static one => Assert.Equal(Expected(one.Name).Order(StringComparer.Ordinal), one.Messages.Select(static message => message.Text).Order(StringComparer.Ordinal)));
        foreach (var member in members)
        {
            var history = await CompleteAsync(member);
            Assert.All(written, author => Assert.Equal(author.Messages, OfAuthor(history, author.Name)));
        }

        foreach (var chat in chats.Values) await chat.SignalAsync("INT");
    }

    // What stood in the pipe of a killed program was never read by it: it is written again.
    private static async Task WriteMissingAsync(Member writer, RunningProgram chat)
    {
        var kept = OfAuthor(await writer.RoomHistoryAsync("plans"), writer.Name).Select(static message => message.Text);
        await chat.TypeAsync(Expected(writer.Name).Except(kept, StringComparer.Ordinal));
        for (var tries = 0; OfAuthor(await writer.RoomHistoryAsync("plans"), writer.Name).Count < Each; tries++) Assert.True(tries < 120, "the rest is not kept");
        await writer.SettledAsync(300);
    }

    private static async Task<IReadOnlyList<JsonElement>> CompleteAsync(Member member)
    {
        for (var tries = 0; ; tries++)
        {
            var history = await member.RoomHistoryAsync("plans");
            if (history.Count >= Writers * Each) return history;
            Assert.True(tries < 120, $"{member.Name} has {history.Count} messages");
        }
    }

    private static IEnumerable<string> Expected(string name) => Enumerable.Range(0, 4).SelectMany(round => Round(name, round));

    private static IEnumerable<string> Round(string name, int round) => Enumerable.Range(0, Each / 4).Select(n => $"{name} {round} {n:00000}");

    private static List<(string Id, string Text)> OfAuthor(IEnumerable<JsonElement> history, string author) =>
        [.. history.Where(message => message.GetProperty("from").GetString() == author).Select(static message => (message.Id(), message.Text()))];
}
