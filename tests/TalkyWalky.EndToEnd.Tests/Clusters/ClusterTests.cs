using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>deploy/try cluster, used by the built programs behind haproxy while a node of the broker and a gateway are killed.</summary>
[Collection(TryCluster.OneAtATime)]
public sealed class ClusterTests
{
    [Fact]
    public async Task NodeAndGatewayKilled_TwoPeopleChatOn_AndEachMessageComesOnce()
    {
        await using var cluster = await TryCluster.StartAsync();
        await using var place = new Place(cluster.People, new Uri(cluster.Join).Port) { Join = cluster.Join };
        var (ada, bob) = (Person("ada"), Person("bob"));
        foreach (var person in (IEnumerable<Member>)[ada, bob]) (await person.LoginAsync()).Expect(0);
        ada.Start("listen");
        var listening = bob.Start("listen");
        var sent = new List<string>();
        await ChatAsync("hello");

        var queues = (await cluster.RabbitmqctlAsync("list_queues", "name", "type", "-q")).Split('\n');
        Assert.Equal(2, queues.Count(static line => line.StartsWith("tw1.m.", StringComparison.Ordinal) && line.EndsWith("quorum", StringComparison.Ordinal)));

        await cluster.SignalAsync("broker/tw1.pid", "KILL");
        await ChatAsync("a node of the broker was killed");
        await cluster.SignalAsync("gateway1.pid", "KILL");
        await ChatAsync("a gateway was killed");
        Assert.Equal(0, await cluster.StopAsync());
        Assert.Empty(Directory.EnumerateDirectories(cluster.Tries)); // what was killed leaves the runtime's pipes

        await listening.SignalAsync("INT");
        var history = await bob.HistoryAsync("ada");
        Assert.Equal(sent, history.Select(static message => message.GetProperty("text").GetString()));

        Member Person(string name) => new(place, name, name) { Password = File.ReadAllText(Path.Combine(cluster.Folder, "directory", $"{name}.password")).Trim() };

        async Task ChatAsync(string text)
        {
            foreach (var part in (IEnumerable<string>)[$"{text} (1)", $"{text} (2)"])
            {
                sent.Add(part);
                (await ada.SendAsync("bob", part)).Expect(0);
                await listening.LineAsync(line => line.EndsWith(part, StringComparison.Ordinal));
            }
        }
    }
}
