using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>Nothing accepted is lost or shown twice, whichever process is killed and when.</summary>
[Collection(OneAfterTheOther.Name)]
public sealed class CrashTests(Company company)
{
    private static readonly int Count = Effort.Count(usual: 400, full: 10_000);

    private static readonly string[] Expected = [.. Enumerable.Range(1, Count).Select(n => $"message {n:00000}")];

    [Fact]
    public async Task ServerKilled_AgainAndAgain_NoneLostNoneTwice()
    {
        await using var place = await company.CopyAsync();
        var server = await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var listening = bob.Start("listen", "--json", "--count", $"{Count}");
        var writing = ada.Start("chat", "--with", "bob");

        foreach (var part in Expected.Chunk(Count / 4))
        {
            foreach (var text in part) await writing.Input.WriteLineAsync(text);
            await writing.Input.FlushAsync();
            await listening.LineAsync(line => line.Contains(part[^1][..^2], StringComparison.Ordinal));
            await server.CrashAsync();
            server = await place.StartServerAsync();
        }

        Assert.Equal(0, await listening.ExitAsync());
        await AssertBobHasAll(bob);
        await writing.SignalAsync("INT");
        Assert.Equal(Expected, (await ada.HistoryAsync("bob")).Select(Messages.Text));
    }

    [Fact]
    public async Task SenderKilled_InTheMiddle_SendsTheRestAfterItsRestart_NoneTwice()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        // Three rounds together stay within the 10,000 messages that one history command prints.
        var offered = Expected[..Math.Min(Count, 3000)];
        var (kept, heard) = (0, 0);
        foreach (var stop in new[] { 3, 60, 200 })
        {
            heard += stop;
            var writing = ada.Start("chat", "--with", "bob");
            foreach (var text in offered) await writing.Input.WriteLineAsync(text);
            await writing.Input.FlushAsync();
            var listening = bob.Start("listen", "--json", "--count", $"{stop}");
            Assert.Equal(0, await listening.ExitAsync());
            await writing.CrashAsync();
            await ada.SettledAsync();
            var written = await ada.HistoryAsync("bob");
            Assert.True(written.Count >= heard, $"{written.Count} kept");
            Assert.Equal(offered.Take(written.Count - kept), written.Skip(kept).Select(Messages.Text));
            kept = written.Count;
        }

        var rest = bob.Start("listen");
        var sent = await ada.HistoryAsync("bob");
        var received = await bob.UntilAsync(() => bob.HistoryAsync("ada"), history => history.Count >= sent.Count);
        Assert.Equal(0, await rest.SignalAsync("INT"));
        Assert.Equal(sent.Select(Messages.Id), received.Select(Messages.Id));
        Assert.Equal(sent.Select(Messages.Text), received.Select(Messages.Text));
    }

    [Fact]
    public async Task RecipientKilled_AgainAndAgain_HasEachMessageOnce()
    {
        await using var place = await company.CopyAsync();
        await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var writing = ada.Start("chat", "--with", "bob");

        // Written part by part, so that no listener, however fast, can print what the next ones wait for.
        // Output cannot be taken back: the line at which a listener is killed may be printed once more by the next one. History has each once.
        var printed = new List<string>();
        var parts = Expected.Chunk(Count / 4).ToList();
        foreach (var (stop, part) in new[] { 1, Count / 8, Count / 5 }.Zip(parts))
        {
            await writing.TypeAsync(part);
            var before = printed.Count;
            var listening = bob.Start("listen", "--json");
            for (var n = 0; n < stop; n++) printed.Add(await listening.LineAsync(_ => true));
            await listening.CrashAsync();
            printed.AddRange(await listening.RestAsync());
            if (before > 0 && printed[before] == printed[before - 1]) printed.RemoveAt(before);
        }

        await writing.TypeAsync(parts[^1]);
        var last = bob.Start("listen", "--json");
        while (printed.Count < Count)
        {
            var line = await last.LineAsync(_ => true);
            if (line != printed[^1]) printed.Add(line);
        }

        Assert.Equal(0, await last.SignalAsync("INT"));
        Assert.Equal(Expected, Member.Parse(printed).Select(Messages.Text));
        await AssertBobHasAll(bob);
    }

    [Fact]
    public async Task RecipientOfflineThroughout_GetsAllInOrderLater_EvenAfterAServerRestart()
    {
        await using var place = await company.CopyAsync();
        var server = await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var writing = ada.Start("chat", "--with", "bob");
        foreach (var text in Expected) await writing.Input.WriteLineAsync(text);
        writing.Input.Close();
        Assert.Equal(0, await writing.ExitAsync());
        await ada.SettledAsync();
        Assert.Equal(0, await server.SignalAsync("TERM"));

        await place.StartServerAsync();
        Assert.Equal(Expected, (await bob.ListenAsync(Count)).Select(Messages.Text));
        await AssertBobHasAll(bob);
    }

    private static async Task AssertBobHasAll(Member bob)
    {
        var history = await bob.HistoryAsync("ada");
        Assert.Equal(Expected, history.Select(Messages.Text));
        Assert.Equal(Count, history.Select(Messages.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(history, message => Assert.False(message.GetProperty("gapBefore").GetBoolean()));
    }
}
