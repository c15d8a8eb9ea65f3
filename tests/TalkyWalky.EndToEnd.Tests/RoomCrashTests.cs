using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>A room of ten real programs, twenty for the full counts, of which the server and some members are killed in the middle.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class RoomCrashTests(Company company)
{
    private const int Writers = 5, Rounds = 4;

    private static readonly int Each = Effort.Count(usual: 200, full: 3000) / Writers;

    [Fact]
    public async Task ServerAndMembersKilled_EveryoneHasEachMessageOnceInItsAuthorsOrder()
    {
        await using var place = await company.CopyAsync();
        var server = await place.StartServerAsync();
        var members = Company.Everyone.Select(place.Member).ToList();
        await members[0].RoomAsync("create", "plans");
        await members[0].RoomAsync(["add", "plans", .. Company.Everyone.Skip(1)]);

        var chats = members.ToDictionary(static member => member.Name, static member => member.Start("chat", "--room", "plans"), StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var writer in members.Take(Writers)) await chats[writer.Name].TypeAsync(Round(writer.Name, round));
            // A writer, two readers and the server, each in the middle of the others' work, of which the last writer sees the first one's.
            Member[] victims = [members[round], members[Writers + round], members[Writers + round + 1]];
            await chats[members[Writers - 1].Name].LineAsync(line => line.Contains($"{members[0].Name} {round} ", StringComparison.Ordinal));
            foreach (var victim in victims) await chats[victim.Name].CrashAsync();
            await server.CrashAsync();
            server = await place.StartServerAsync();
            foreach (var victim in victims) chats[victim.Name] = victim.Start("chat", "--room", "plans");
            // What stood in the pipe of the killed writer was never read by it: it is written again.
            var kept = (await members[round].RoomHistoryAsync("plans")).Select(Messages.Text);
            await chats[members[round].Name].TypeAsync(Round(members[round].Name, round).Except(kept, StringComparer.Ordinal));
        }

        foreach (var writer in members.Take(Writers))
        {
            await writer.UntilAsync(() => writer.RoomHistoryAsync("plans"), history => OfAuthor(history, writer.Name).Count >= Each);
            await writer.SettledAsync();
        }

        var written = await Task.WhenAll(members.Take(Writers).Select(async writer => (writer.Name, Messages: OfAuthor(await writer.RoomHistoryAsync("plans"), writer.Name))));
        Assert.All(written, static one => Assert.Equal(Expected(one.Name).Order(StringComparer.Ordinal), one.Messages.Select(static message => message.Text).Order(StringComparer.Ordinal)));
        foreach (var member in members)
        {
            var history = await member.UntilAsync(() => member.RoomHistoryAsync("plans"), static history => history.Count >= Writers * Each);
            Assert.All(written, author => Assert.Equal(author.Messages, OfAuthor(history, author.Name)));
        }

        foreach (var chat in chats.Values) await chat.SignalAsync("INT");
    }

    private static IEnumerable<string> Expected(string name) => Enumerable.Range(0, Rounds).SelectMany(round => Round(name, round));

    private static IEnumerable<string> Round(string name, int round) => Enumerable.Range(0, Each / Rounds).Select(n => $"{name} {round} {n:00000}");

    private static List<(string Id, string Text)> OfAuthor(IEnumerable<JsonElement> history, string author) =>
        [.. history.Where(message => message.GetProperty("from").GetString() == author).Select(static message => (message.Id(), message.Text()))];
}
