using Google.Protobuf;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using Xunit.Abstractions;

namespace TalkyWalky.Gateway.Tests;

/// <summary>
/// What messages may cost the server, counted and never timed: bytes allocated, writes to connections, transactions (docs/performance.md, "What CI guards"). Whoever needs more
/// looks why first. Nothing else runs in the process meanwhile, because what is allocated is counted for all of it.
/// </summary>
[CollectionDefinition(nameof(ServerCostTests), DisableParallelization = true)]
[Collection(nameof(ServerCostTests))]
public sealed class ServerCostTests(ITestOutputHelper output)
{
    private const int Rounds = 5;

    /// <summary>What the gateway does now and then is not what a message costs.</summary>
    private const double Slow = 0.1;

    /// <summary>As long as a sealed message with 512 bytes of text. The gateway looks into neither.</summary>
    private static readonly ByteString Payload = ByteString.CopyFrom(new byte[1700]);

    private readonly WriteCount _writes = new();

    [Fact]
    public async Task Message_ToOnePerson_AllocatesLittleAndIsTwoWrites()
    {
        await using var host = await GatewayHost.StartAsync(Slow, under: _writes.Under, before: static broker => broker);
        var (ada, bob) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        using var sender = QuietDevice.Connect(host, ada);
        using var receiver = QuietDevice.Connect(host, bob);
        var (allocated, writes) = Measure(host, 500, Message(host.Conversation(ada, bob), epoch: 0, bob.Id), sender, [receiver]);
        Assert.InRange(allocated, 1, 6800);
        Assert.InRange(writes, 1, 2.1);
    }

    [Fact]
    public async Task Message_ToARoom_AllocatesLittleForEachDeliveryAndIsOneWriteToEach()
    {
        const int Others = 100;
        await using var host = await GatewayHost.StartAsync(Slow, under: _writes.Under, before: static broker => broker);
        var (ada, others) = (await host.EnrolAsync("ada"), new List<TestDevice>());
        for (var i = 0; i < Others; i++) others.Add(await host.EnrolAsync($"member{i}"));
        TestRoom room;
        await using (var client = await ada.ConnectAsync())
        {
            room = await TestRoom.CreateAsync(host, ada, client);
            await room.DoAsync(ada, client, new RoomAction.Add([.. others.Select(static other => other.User)]));
            await client.LeaveAsync();
        }

        ada.Generation++;
        using var sender = QuietDevice.Connect(host, ada);
        var receivers = new List<QuietDevice>();
        foreach (var other in others)
        {
            receivers.Add(QuietDevice.Connect(host, other));
            foreach (var device in receivers.Append(sender)) device.Attend();
        }

        var (allocated, writes) = Measure(host, 20, Message(room.Id, room.State.Epoch, [.. others.Select(static other => other.Id)]), sender, receivers);
        foreach (var receiver in receivers) receiver.Dispose();
        Assert.InRange(allocated, 1, 720);
        Assert.InRange(writes, 1, 1.1);
    }

    [Fact]
    public async Task Messages_ThatWaitForTheDisk_AreOneTransactionAndGoOutTogether()
    {
        const int Count = 100;
        using var clock = new HeldClock();
        CountingBroker broker = null!;
        await using var host = await GatewayHost.StartAsync(Slow, under: _writes.Under, engineTime: clock, before: engines => broker = new CountingBroker(engines));
        var (ada, bob, eve) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"), await host.EnrolAsync("eve"));
        using var sender = QuietDevice.Connect(host, ada);
        using var other = QuietDevice.Connect(host, eve);
        using var receiver = QuietDevice.Connect(host, bob);
        var (toBob, toAda) = (Message(host.Conversation(ada, bob), epoch: 0, bob.Id), Message(host.Conversation(ada, eve), epoch: 0, ada.Id));
        clock.HoldWriter();
        other.Send(QuietDevice.Publishes(1, 1, toAda)[0]);
        clock.UntilHolding();
        var before = host.Commits;
        sender.Send([.. QuietDevice.Publishes(1, Count, toBob).SelectMany(static frame => frame)]);
        while (broker.Published < Count + 1) await Task.Yield();
        clock.GoOn();
        sender.Until(Count, 1);
        receiver.Until(0, Count);
        var (commits, writes) = (host.Commits - before, _writes.OfConnection(2));
        output.WriteLine($"{Count} messages: {commits} transactions, {writes} writes to the receiver since it connected");
        Assert.InRange(commits, 2, Count / 10);
        Assert.InRange(writes, 2, Count / 4);
    }

    [Fact]
    public async Task Messages_ThatWaitedForTheReceiver_GoOutTogether()
    {
        const int Count = 1024, Window = 256; // the gateway's prefetch
        await using var host = await GatewayHost.StartAsync(Slow, under: _writes.Under, before: static broker => broker);
        var (ada, bob) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        using var sender = QuietDevice.Connect(host, ada);
        foreach (var frame in QuietDevice.Publishes(1, Count, Message(host.Conversation(ada, bob), epoch: 0, bob.Id))) sender.Send(frame);
        sender.Until(Count, 0);
        using var receiver = QuietDevice.Connect(host, bob);
        while (receiver.Delivered < Count)
        {
            receiver.Until(0, receiver.Delivered + Window);
            receiver.Acknowledge();
        }

        var writes = _writes.OfConnection(1);
        output.WriteLine($"{Count} messages: {writes} writes to the receiver since it connected");
        Assert.InRange(writes, 2, Count / 4);
    }

    /// <summary>One message after the other, each once everybody has the one before. The least of several rounds after one that warms up, for each delivery.</summary>
    private (double Allocated, double Writes) Measure(GatewayHost host, int count, Publish publish, QuietDevice sender, List<QuietDevice> receivers)
    {
        host.Time.StandStill();
        var (leastAllocated, leastWrites) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round <= Rounds; round++)
        {
            var frames = QuietDevice.Publishes((ulong)(round * count) + 1, count, publish);
            var (allocated, writes) = (GC.GetTotalAllocatedBytes(precise: true), _writes.OfAll);
            foreach (var frame in frames)
            {
                sender.Send(frame);
                sender.Until(sender.Accepted + 1, 0);
                foreach (var receiver in receivers)
                {
                    receiver.Until(0, receiver.Delivered + 1);
                    receiver.Acknowledge();
                }
            }

            var deliveries = (double)count * receivers.Count;
            var (eachAllocated, eachWrites) = ((GC.GetTotalAllocatedBytes(precise: true) - allocated) / deliveries, (_writes.OfAll - writes) / deliveries);
            output.WriteLine($"{eachAllocated:0} bytes and {eachWrites:0.00} writes a delivery");
            if (round > 0) (leastAllocated, leastWrites) = (Math.Min(leastAllocated, eachAllocated), Math.Min(leastWrites, eachWrites));
        }

        return (leastAllocated, leastWrites);
    }

    private static Publish Message(ConversationId conversation, ulong epoch, params IEnumerable<DeviceId> devices) => new()
    {
        Envelope = new Envelope { Kind = EnvelopeKind.Message, Conversation = ByteString.CopyFrom(conversation.ToArray()), Epoch = epoch, Payload = Payload },
        Recipients = { devices.Select(static device => new Recipient { Device = ByteString.CopyFrom(device.ToArray()) }) },
    };
}
