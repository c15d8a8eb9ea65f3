using System.Text;
using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>Engines of several processes on one RabbitMQ.</summary>
[Collection(Rabbit.Name)]
public sealed class SeveralGatewaysTests(RabbitNode node) : RabbitTest(node)
{
    [Fact]
    public async Task Open_Elsewhere_EndsTheEarlierReaderAndTakesItsLeases()
    {
        var (here, there) = (await OpenEngineAsync(), await OpenEngineAsync());
        var device = await CreateAsync(here.Broker);
        await AcceptAsync(here.Broker, "leased", device);
        await using var first = await OpenAsync(here.Broker, device);
        await using var reader = first.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await reader.MoveNextAsync());
        var ended = reader.MoveNextAsync();
        await using var second = await OpenAsync(there.Broker, device);
        Assert.False(await ended);
        Assert.Equal("leased", Text((await ReadAsync(second, 1))[0]));
    }

    [Fact]
    public async Task Delete_Elsewhere_IsKnownHere()
    {
        var (here, there) = (await OpenEngineAsync(), await OpenEngineAsync());
        var device = await CreateAsync(here.Broker);
        await AcceptAsync(here.Broker, "x", device);
        await there.Broker.DeleteMailboxAsync(device, Cancellation);
        Assert.IsType<PublishOutcome.NoMailbox>(await PublishAsync(here.Broker, "x", device));
    }

    [Fact]
    public async Task Bus_WhatOneSays_TheOthersHearInOrderAndItselfDoesNot()
    {
        var (here, there) = (await OpenEngineAsync(), await OpenEngineAsync());
        await using var hears = there.Bus.ListenAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await using var itself = here.Bus.ListenAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await hears.MoveNextAsync());
        Assert.Null(hears.Current);
        Assert.True(await itself.MoveNextAsync());
        Assert.Null(itself.Current);
        for (var i = 0; i < 100; i++) here.Bus.Say(Encoding.UTF8.GetBytes($"{i}"));
        for (var i = 0; i < 100; i++)
        {
            Assert.True(await hears.MoveNextAsync());
            Assert.Equal($"{i}", Encoding.UTF8.GetString(hears.Current!.Value.Span));
        }

        there.Bus.Say("an answer"u8.ToArray());
        Assert.True(await itself.MoveNextAsync());
        Assert.Equal("an answer", Encoding.UTF8.GetString(itself.Current!.Value.Span));
    }

    [Fact]
    public async Task Publish_MailboxFilledByOthers_IsSeenAsFull()
    {
        var limits = MailboxLimits.Default with { Count = 20 };
        var engines = new[] { await OpenEngineAsync(options => options with { Limits = limits }), await OpenEngineAsync(options => options with { Limits = limits }) };
        var device = await CreateAsync(engines[0].Broker);
        await AcceptAsync(engines[1].Broker, "known there", device);
        for (var i = 1; i < 20; i++) await AcceptAsync(engines[0].Broker, $"{i}", device);
        await UntilAsync<PublishOutcome.AllFull>(engines[1].Broker, "beyond", device);
        Assert.InRange((await engines[0].Broker.UsageAsync(device, Cancellation))!.Value.Count, 20, 40);
    }

    [Fact]
    public async Task Publish_QueueRefusesBeyondItsOwnLimit_TellsWhoIsFullInTheEnd()
    {
        // Made by a server with small limits: the backstop of the queue is reached before those of the one that publishes.
        var small = (await OpenEngineAsync(static options => options with { Limits = MailboxLimits.Default with { Count = 1 } })).Broker;
        var broker = (await OpenEngineAsync()).Broker;
        var (full, other) = (await CreateAsync(small), await CreateAsync(broker));
        await Task.WhenAll(Enumerable.Range(0, 1002).Select(i => PublishAsync(broker, $"{i}", full).AsTask()));
        Assert.IsType<PublishOutcome.Unknown>(await PublishAsync(broker, "to both", full, other));
        Assert.IsType<PublishOutcome.Unknown>(await PublishAsync(broker, "to both", full, other));
        Assert.Equal([full], Assert.IsType<PublishOutcome.Accepted>(await UntilAcceptedAsync(broker, full, other)).Overflowed);
    }

    [Fact]
    public async Task Read_EntriesOlderThanTheirLife_AreOneMarker()
    {
        var broker = (await OpenEngineAsync()).Broker;
        var device = await CreateAsync(broker);
        for (var i = 0; i < 5; i++) await AcceptAsync(broker, $"{i}", device);
        var later = (await OpenEngineAsync(time: new LaterTime(Limits.MailboxLife + TimeSpan.FromMinutes(1)))).Broker;
        await AcceptAsync(later, "fresh", device);
        await using var mailbox = await OpenAsync(later, device);
        long dropped = 0;
        await foreach (var entry in mailbox.ReadAllAsync(Cancellation))
        {
            if (entry is MailboxEntry.OverflowMarker marker) dropped += marker.Dropped;
            else
            {
                Assert.Equal("fresh", Text(entry));
                break;
            }
        }

        Assert.Equal(5, dropped);
    }

    [Fact]
    public async Task Publish_ThousandsToAFullMailbox_LeaveOneMarker()
    {
        var broker = (await OpenEngineAsync(static options => options with { Limits = MailboxLimits.Default with { Count = 3 } })).Broker;
        var device = await CreateAsync(broker);
        for (var i = 0; i < 3; i++) await AcceptAsync(broker, $"{i}", device);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => PublishAsync(broker, $"{i}", device).AsTask()));
        Assert.Contains($"{Topology.MailboxOf(device)}\t4", await Node.RabbitmqctlAsync("list_queues", "--quiet", "name", "messages"), StringComparison.Ordinal);
        await using var mailbox = await OpenAsync(broker, device);
        Assert.Equal(2000, Assert.IsType<MailboxEntry.OverflowMarker>((await ReadAsync(mailbox, 4))[3]).Dropped);
    }

    private async Task<PublishOutcome> UntilAcceptedAsync(IBroker broker, params DeviceId[] devices)
    {
        while (true)
        {
            if (await PublishAsync(broker, "to both", devices) is PublishOutcome.Accepted accepted) return accepted;
        }
    }

    private sealed class LaterTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
