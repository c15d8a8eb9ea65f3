using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>What happens to the cluster while people write. Each completes when the cluster is whole again.</summary>
internal static class Faults
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(Effort.Count(usual: 10, full: 30)), Moment = TimeSpan.FromSeconds(3);

    public static IReadOnlyList<(string Name, Func<TryCluster, Task> DoAsync)> All { get; } =
    [
        ("none", static _ => Task.CompletedTask),
        ("a node of RabbitMQ is killed", static cluster => cluster.RestartNodesAsync("KILL", "tw2")),
        ($"the leader of most queues is paused for {Pause.TotalSeconds} s", PauseLeaderAsync),
        ("disk alarm", DiskAlarmAsync),
        ("a node is cut off from the others", CutAsync),
        ("a gateway is killed", KillGatewayAsync),
        ("the gateways are restarted, one after the other", RestartGatewaysAsync),
        ("PostgreSQL is restarted", static cluster => cluster.RestartStoreAsync("INT")),
        .. Effort.IsFull ? (IEnumerable<(string, Func<TryCluster, Task>)>)[("all nodes are restarted", static cluster => cluster.RestartNodesAsync("TERM", TryCluster.Nodes))] : [], // the last one does it too
        ("all nodes, PostgreSQL and both gateways are killed", KillAllAsync),
    ];

    private static async Task PauseLeaderAsync(TryCluster cluster)
    {
        var leader = await cluster.LeaderAsync();
        await cluster.SignalAsync($"broker/{leader}.pid", "STOP");
        await Task.Delay(Pause);
        await cluster.SignalAsync($"broker/{leader}.pid", "CONT");
    }

    private static async Task DiskAlarmAsync(TryCluster cluster)
    {
        await cluster.RabbitmqctlAsync("set_disk_free_limit", "1000000GB");
        await Task.Delay(Moment);
        await cluster.RabbitmqctlAsync("set_disk_free_limit", "50MB");
    }

    // All nodes share one loopback, so the cut is made where they meet: with another cookie for its peers the node breaks the connections to them and lets none
    // come about again, in either direction, as erlang:set_cookie/2 says. What connects clients to it stays.
    private static async Task CutAsync(TryCluster cluster)
    {
        var leader = await cluster.LeaderAsync();
        string Peers(string cookie) =>
            $"[begin erlang:set_cookie(N, {cookie}), erlang:disconnect_node(N) end || N <- [{string.Join(", ", TryCluster.Nodes.Where(node => node != leader).Select(static node => $"'{node}@localhost'"))}]].";
        await cluster.RabbitmqctlOnAsync(leader, "eval", Peers("cut"));
        await Task.Delay(Pause);
        await cluster.RabbitmqctlOnAsync(leader, "eval", Peers("erlang:get_cookie()"));
        await cluster.StartedAsync(leader);
    }

    private static async Task KillGatewayAsync(TryCluster cluster)
    {
        await cluster.SignalAsync("gateway1.pid", "KILL");
        await Task.Delay(Moment);
        await cluster.StartGatewayAsync(1);
    }

    private static async Task RestartGatewaysAsync(TryCluster cluster)
    {
        foreach (var gateway in (IEnumerable<int>)[1, 2])
        {
            await cluster.StopGatewayAsync(gateway);
            await Task.Delay(Moment);
            await cluster.StartGatewayAsync(gateway);
        }
    }

    private static async Task KillAllAsync(TryCluster cluster)
    {
        foreach (var gateway in (IEnumerable<int>)[1, 2]) await cluster.SignalAsync($"gateway{gateway}.pid", "KILL");
        await Task.WhenAll(cluster.RestartNodesAsync("KILL", TryCluster.Nodes), cluster.RestartStoreAsync("KILL"));
        foreach (var gateway in (IEnumerable<int>)[1, 2]) await cluster.StartGatewayAsync(gateway);
    }
}
