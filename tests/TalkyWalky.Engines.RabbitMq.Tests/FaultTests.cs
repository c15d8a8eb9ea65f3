using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>RabbitMQ fails in the middle of things: what was accepted is delivered.</summary>
[Collection(FragileRabbit.Name)]
public sealed class FaultTests(RabbitNode node) : RabbitTest(node)
{
    [Fact]
    public Task NodeKilled_WhilePublishingAndReading_EverythingAcceptedIsDeliveredInOrder() => OutageAsync(RabbitQueueType.Classic, Node.KillNodeAsync, static () => Task.CompletedTask);

    // Not killed: RabbitMQ 3.10 alone on a node forgets, for the first minutes of a quorum queue, where its log is (docs/decisions/0009-rabbitmq.md).
    [Fact]
    public Task NodeStopped_WhilePublishingAndReading_EverythingAcceptedIsDeliveredInOrder() =>
        OutageAsync(RabbitQueueType.Quorum, () => Node.RabbitmqctlAsync("stop_app"), () => Node.RabbitmqctlAsync("start_app"));

    [Fact]
    public async Task ConnectionsClosed_OpenMailboxAndBus_GoOn()
    {
        var (here, there) = (await OpenEngineAsync(), await OpenEngineAsync());
        var device = await CreateAsync(here.Broker);
        await AcceptAsync(here.Broker, "before", device);
        await using var mailbox = await OpenAsync(here.Broker, device);
        await using var reader = mailbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await using var bus = there.Bus.ListenAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await bus.MoveNextAsync());
        Assert.True(await reader.MoveNextAsync());
        var old = reader.Current;
        var interrupted = bus.MoveNextAsync();

        await Node.RabbitmqctlAsync("close_all_connections", "a test");
        Assert.True(await interrupted);
        Assert.Null(bus.Current);
        await UntilAsync<PublishOutcome.Accepted>(here.Broker, "after", device);
        await mailbox.SettleAsync(new[] { old.Tag }, Cancellation); // of the lost channel: comes again
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("before", Text(reader.Current));
        Assert.True(reader.Current.Tag > old.Tag);
        await mailbox.SettleAsync(new[] { reader.Current.Tag }, Cancellation);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("after", Text(reader.Current));
    }

    [Fact]
    public async Task DiskAlarm_Publishes_AreRefusedAsSlowAndPassAgainAfterIt()
    {
        var broker = (await OpenEngineAsync()).Broker;
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "before", device);
        List<Task<PublishOutcome>> underWay = [];
        await Node.RabbitmqctlAsync("set_disk_free_limit", "100000000000000");
        try
        {
            // RabbitMQ says that it is full to whoever publishes, and keeps what that was until it has room.
            var publish = PublishAsync(broker, "x", device).AsTask();
            while (!publish.IsCompleted)
            {
                underWay.Add(publish);
                await Task.Delay(20, Cancellation);
                publish = PublishAsync(broker, "x", device).AsTask();
            }

            Assert.Contains("the broker is slow", Assert.IsType<PublishOutcome.Unavailable>(await publish).Reason, StringComparison.Ordinal);
            Assert.Contains("disk", (await Assert.ThrowsAsync<EngineException>(() => broker.CheckAsync(Cancellation))).Message, StringComparison.Ordinal);
            await using var mailbox = await OpenAsync(broker, device); // what is stored is read all the same
            Assert.Equal("before", Text((await ReadAsync(mailbox, 1))[0]));
        }
        finally
        {
            await Node.RabbitmqctlAsync("set_disk_free_limit", "50MB");
        }

        Assert.NotEmpty(underWay);
        Assert.All(await Task.WhenAll(underWay), static outcome => Assert.IsType<PublishOutcome.Accepted>(outcome));
        await UntilAsync<PublishOutcome.Accepted>(broker, "after", device);
        await broker.CheckAsync(Cancellation);
        Assert.Equal(underWay.Count + 2, (await broker.UsageAsync(device, Cancellation))!.Value.Count);
    }

    [Fact]
    public async Task DiskAlarm_MoreThanTheSocketTakes_IsRefusedWhileItLasts()
    {
        var broker = (await OpenEngineAsync()).Broker;
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "before", device);
        await Node.RabbitmqctlAsync("set_disk_free_limit", "100000000000000");
        List<Task<PublishOutcome>> all;
        try
        {
            all = [.. Enumerable.Range(0, 300).Select(_ => broker.PublishAsync(new Publication(new byte[Limits.Payload], [new Address(device, default)]), Cancellation).AsTask())];
            Assert.IsType<PublishOutcome.Unavailable>(await all[^1]);
        }
        finally
        {
            await Node.RabbitmqctlAsync("set_disk_free_limit", "50MB");
        }

        var outcomes = await Task.WhenAll(all);
        Assert.All(outcomes, static outcome => Assert.True(outcome is PublishOutcome.Accepted or PublishOutcome.Unavailable, outcome.ToString()));
        Assert.Equal(1 + outcomes.Count(static outcome => outcome is PublishOutcome.Accepted), (await broker.UsageAsync(device, Cancellation))!.Value.Count);
    }

    [Fact]
    public async Task QueueDeletedBehindOurBack_Reader_EndsAndTheNewMailboxBeginsWithAMarker()
    {
        var broker = (await OpenEngineAsync()).Broker;
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "lost", device);
        await using var mailbox = await OpenAsync(broker, device);
        await using var reader = mailbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await reader.MoveNextAsync());
        var ended = reader.MoveNextAsync();

        await Node.RabbitmqctlAsync("delete_queue", Topology.MailboxOf(device));
        Assert.False(await ended);
        Assert.Equal([device], Assert.IsType<PublishOutcome.NoMailbox>(await PublishAsync(broker, "x", device)).Devices);
        Assert.Null(await broker.OpenAsync(device, 1, Cancellation));
        await broker.CreateMailboxAsync(device, Cancellation);
        await AcceptAsync(broker, "after", device);
        await using var again = await OpenAsync(broker, device);
        var entries = await ReadAsync(again, 2);
        Assert.Equal(0, Assert.IsType<MailboxEntry.OverflowMarker>(entries[0]).Dropped);
        Assert.Equal("after", Text(entries[1]));
    }

    [Fact]
    public async Task QueueDeletedBehindOurBack_Publish_FindsOutAndTheNewMailboxBeginsWithAMarker()
    {
        var broker = (await OpenEngineAsync()).Broker;
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "known", device);
        await Node.RabbitmqctlAsync("delete_queue", Topology.MailboxOf(device));
        Assert.IsType<PublishOutcome.NoMailbox>(await PublishAsync(broker, "x", device));
        Assert.IsType<PublishOutcome.NoMailbox>(await PublishAsync(broker, "x", device));
        await broker.CreateMailboxAsync(device, Cancellation);
        await AcceptAsync(broker, "after", device);
        await using var mailbox = await OpenAsync(broker, device);
        var entries = await ReadAsync(mailbox, 2);
        Assert.IsType<MailboxEntry.OverflowMarker>(entries[0]);
        Assert.Equal("after", Text(entries[1]));
    }

    [Fact]
    public async Task Publish_QueueRefusesBecauseItIsAway_IsNotTakenForFull()
    {
        var broker = (await OpenEngineAsync(static options => options with { QueueType = RabbitQueueType.Quorum })).Broker;
        var (away, other) = (await CreateAsync(broker), await CreateAsync(broker));
        await Node.RabbitmqctlAsync("eval", $"ok = ra:stop_server(quorum_queues, {RaftServer(away)}).");
        for (var i = 0; i < 3; i++) Assert.IsType<PublishOutcome.Unknown>(await PublishAsync(broker, "away", away));
        Assert.IsType<PublishOutcome.Unknown>(await PublishAsync(broker, "to both", away, other));

        await Node.RabbitmqctlAsync("eval", $"ok = ra:restart_server(quorum_queues, {RaftServer(away)}).");
        Assert.Empty((await UntilAsync<PublishOutcome.Accepted>(broker, "back", away)).Overflowed);
        await AcceptAsync(broker, "to both", away, other);
    }

    [Fact]
    public async Task Publish_QueueDoesNotAnswer_GoesOnWithAnotherChannel()
    {
        var time = new HastyTime();
        var broker = (await OpenEngineAsync(static options => options with { QueueType = RabbitQueueType.Quorum }, time)).Broker;
        var (silent, other) = (await CreateAsync(broker), await CreateAsync(broker));
        await AcceptAsync(broker, "first", silent);
        var before = await PublishingChannelsAsync();
        await Node.RabbitmqctlAsync("eval", $"ok = sys:suspend({RaftServer(silent)}).");
        var unanswered = PublishAsync(broker, "unanswered", silent).AsTask();
        time.Ahead = TimeSpan.FromSeconds(31);
        Assert.IsType<PublishOutcome.Unknown>(await unanswered);
        await UntilAsync<PublishOutcome.Accepted>(broker, "meanwhile", other);
        Assert.Empty((await PublishingChannelsAsync()).Intersect(before));

        await Node.RabbitmqctlAsync("eval", $"ok = sys:resume({RaftServer(silent)}).");
        await UntilAsync<PublishOutcome.Accepted>(broker, "last", silent);
        await using var mailbox = await OpenAsync(broker, silent);
        List<string> read = [];
        await foreach (var entry in mailbox.ReadAllAsync(Cancellation))
        {
            read.Add(Text(entry));
            if (read[^1] == "last") break;
        }

        Assert.Equal(["first", "last"], read.Where(static text => text != "unanswered")); // nobody knows about that one
    }

    private static string RaftServer(DeviceId device) => $"{{'%2F_{Topology.MailboxOf(device)}', node()}}";

    private async Task<IReadOnlyList<string>> PublishingChannelsAsync() =>
        [.. (await Node.RabbitmqctlAsync("list_channels", "--quiet", "pid", "confirm")).Split('\n').Where(static line => line.EndsWith("true", StringComparison.Ordinal))];

    private async Task OutageAsync(RabbitQueueType type, Func<Task> stop, Func<Task> start)
    {
        var broker = (await OpenEngineAsync(options => options with { QueueType = type })).Broker;
        var device = await CreateAsync(broker);
        await using var mailbox = await OpenAsync(broker, device);
        using var enough = new CancellationTokenSource();
        var publishing = PublishUntilAsync(broker, device, enough.Token);
        List<int> delivered = [];
        var reading = ReadToAsync(mailbox, delivered, "last");

        while (Count(delivered) < 200) await Task.Delay(10, Cancellation);
        await Node.RabbitmqctlAsync("eval", "ok = disk_log:sync(latest_log)."); // a binding made just before would be lost (docs/decisions/0009-rabbitmq.md)
        await stop();
        await UntilAsync<PublishOutcome.Unavailable>(broker, "away", device);
        await start();
        await UntilAsync<PublishOutcome.Accepted>(broker, "back", device);
        await enough.CancelAsync();
        var accepted = await publishing;
        await AcceptAsync(broker, "last", device);
        await reading;

        var missing = accepted.Except(delivered);
        Assert.Empty(missing);
        Assert.Equal(delivered.Distinct().Order(), delivered.Distinct()); // first deliveries, in order
        Assert.True(accepted.Count > 200);
    }

    // Publishes numbers one after the other; those that were accepted.
    private async Task<List<int>> PublishUntilAsync(IBroker broker, DeviceId device, CancellationToken enough)
    {
        List<int> accepted = [];
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            if (await PublishAsync(broker, $"{i}", device) is PublishOutcome.Accepted) accepted.Add(i);
            else await Task.Delay(10, Cancellation);
        }

        return accepted;
    }

    private async Task ReadToAsync(IMailbox mailbox, List<int> delivered, string last)
    {
        await foreach (var entry in mailbox.ReadAllAsync(Cancellation))
        {
            var text = Text(entry);
            await mailbox.SettleAsync(new[] { entry.Tag }, Cancellation);
            if (text == last) return;
            if (!int.TryParse(text, null, out var number)) continue;
            lock (delivered) delivered.Add(number);
        }
    }

    private static int Count(List<int> delivered)
    {
        lock (delivered) return delivered.Count;
    }

    private sealed class HastyTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }
}
