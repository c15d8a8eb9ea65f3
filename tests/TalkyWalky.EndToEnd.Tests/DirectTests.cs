using System.Text.Json;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>Two of the built programs with no server between them, and one history afterwards.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class DirectTests(Company company)
{
    [Fact]
    public async Task ServerStopped_TwoChatDirectly_AndHaveOneHistoryAfterwards()
    {
        await using var place = await company.CopyAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        // Both have been connected once: status of the last three days is needed.
        var server = await place.StartServerAsync();
        (await ada.SendAsync("bob", "with the server")).Expect(0);
        await bob.ListenAsync(1);
        Assert.Equal(0, await server.SignalAsync("TERM"));
        var listening = bob.Start("direct", "listen", "--address", "127.0.0.1", "--port", "0", "--json");
        var port = JsonDocument.Parse(await listening.LineAsync(static line => line.StartsWith("{\"listening\":", StringComparison.Ordinal))).RootElement.GetProperty("listening").GetInt32();
        var elsewhere = await ada.RunAsync(["direct", "connect", "cyd", $"127.0.0.1:{port}"], input: "for cyd only\n");
        Assert.Equal(4, elsewhere.Exit);
        Assert.Contains("At this address is bob, not cyd", elsewhere.Errors, StringComparison.Ordinal);

        var calling = ada.Start("direct", "connect", "bob", $"127.0.0.1:{port}", "--json");
        await listening.LineAsync(static line => line.StartsWith("{\"connected\":\"ada\"", StringComparison.Ordinal));
        await SayAsync(calling, "no server here");
        await listening.LineAsync(static line => line.Contains("\"text\":\"no server here\"", StringComparison.Ordinal));
        await SayAsync(listening, "so it seems");
        await calling.LineAsync(static line => line.Contains("\"text\":\"so it seems\"", StringComparison.Ordinal));
        await ada.UntilAsync(() => ada.HistoryAsync("bob"), static history => history.Single(static message => message.Text() == "no server here").State() is "delivered" or "read");
        Assert.Equal(0, await calling.SignalAsync("INT"));
        await listening.ErrorLineAsync(static line => line.Contains("The direct connection with ada ended. Ada ended the direct connection.", StringComparison.Ordinal));
        Assert.Equal(0, await listening.SignalAsync("INT"));

        await place.StartServerAsync();
        await ada.SettledAsync();
        await bob.SettledAsync();
        var hearing = bob.Start("listen", "--json");
        (await ada.SendAsync("bob", "and with it")).Expect(0);
        await hearing.LineAsync(static line => line.Contains("\"text\":\"and with it\"", StringComparison.Ordinal));
        Assert.Equal(0, await hearing.SignalAsync("INT"));
        foreach (var history in new[] { await ada.HistoryAsync("bob"), await bob.HistoryAsync("ada") })
        {
            Assert.Equal(["with the server", "no server here", "so it seems", "and with it"], history.Select(Messages.Text));
            Assert.All(history, static message => Assert.False(message.GetProperty("gapBefore").GetBoolean()));
        }

        Assert.Equal((await ada.HistoryAsync("bob")).Select(Messages.Id), (await bob.HistoryAsync("ada")).Select(Messages.Id));
    }

    [Fact]
    public async Task ServerStopped_TwoChatAndSendAFile_AndHaveItOnceOnEveryDeviceAfterwards()
    {
        await using var place = await company.CopyAsync();
        var (ada, bob, tablet) = (place.Member("ada"), place.Member("bob"), place.Member("bob", "bob-tablet"));
        var server = await place.StartServerAsync();
        await DeviceTests.LetInAsync(bob, tablet);
        (await ada.SendAsync("bob", "with the server")).Expect(0);
        await bob.ListenAsync(1);
        Assert.Equal(0, await server.SignalAsync("TERM"));

        var plan = Path.Combine(place.Folder, "plan.pdf");
        var bytes = new byte[2_500_000];
        new Random(7).NextBytes(bytes);
        await File.WriteAllBytesAsync(plan, bytes);
        var listening = bob.Start("direct", "listen", "--address", "127.0.0.1", "--port", "0", "--json");
        var port = JsonDocument.Parse(await listening.LineAsync(static line => line.StartsWith("{\"listening\":", StringComparison.Ordinal))).RootElement.GetProperty("listening").GetInt32();
        var calling = ada.Start("direct", "connect", "bob", $"127.0.0.1:{port}", "--json");
        await listening.LineAsync(static line => line.StartsWith("{\"connected\":\"ada\"", StringComparison.Ordinal));
        await SayAsync(calling, "here comes the plan");
        await listening.LineAsync(static line => line.Contains("\"text\":\"here comes the plan\"", StringComparison.Ordinal));
        (await ada.RunAsync(["file", "send", "--to", "bob", plan])).Expect(0);
        await listening.LineAsync(static line => line.Contains("\"name\":\"plan.pdf\"", StringComparison.Ordinal) && line.Contains("\"here\":true", StringComparison.Ordinal));
        await SayAsync(listening, "thanks");
        await calling.LineAsync(static line => line.Contains("\"text\":\"thanks\"", StringComparison.Ordinal));
        Assert.Equal(0, await calling.SignalAsync("INT"));
        Assert.Equal(0, await listening.SignalAsync("INT"));
        await SavedAsync(bob, place, bytes);

        await place.StartServerAsync();
        await ada.SettledAsync();
        await bob.SettledAsync();
        string[] all = ["with the server", "here comes the plan", "plan.pdf", "thanks"];
        var hearing = tablet.Start("listen", "--json");
        await tablet.UntilAsync(() => tablet.HistoryAsync("ada"), history => history.Count == all.Length && history[2].GetProperty("file").GetProperty("here").GetBoolean());
        Assert.Equal(0, await hearing.SignalAsync("INT"));
        await SavedAsync(tablet, place, bytes);
        var histories = new[] { await ada.HistoryAsync("bob"), await bob.HistoryAsync("ada"), await tablet.HistoryAsync("ada") };
        Assert.All(histories, history => Assert.Equal(all, history.Select(Messages.Text)));
        Assert.All(histories, history => Assert.Equal(histories[0].Select(Messages.Id), history.Select(Messages.Id)));
    }

    private static async Task SavedAsync(Member member, Place place, byte[] bytes)
    {
        var saved = Path.Combine(place.Folder, $"{Path.GetFileName(member.Profile)}.saved");
        (await member.RunAsync(["file", "save", "--from", "ada", "--out", saved])).Expect(0);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(saved));
    }

    private static async Task SayAsync(RunningProgram chat, string text)
    {
        await chat.Input.WriteLineAsync(text);
        await chat.Input.FlushAsync();
    }
}
