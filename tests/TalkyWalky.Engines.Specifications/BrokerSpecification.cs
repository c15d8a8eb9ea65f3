using System.Text;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every broker does. An adapter's test class inherits it: <c>public sealed class EmbeddedBrokerTests : BrokerSpecification</c>.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The runner calls DisposeAsync of IAsyncLifetime.")]
public abstract class BrokerSpecification : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _patience = new(Patience);

    protected CancellationToken Cancellation => _patience.Token;

    /// <summary>Fewer than are allowed only where mailboxes take long to make, and another test class of the same adapter tries them all.</summary>
    protected virtual int ManyRecipients => Limits.Recipients;

    /// <summary>False where the bytes of what an earlier process stored are an estimate.</summary>
    protected virtual bool CountsBytes => true;

    /// <summary>A broker with nothing in it.</summary>
    protected abstract Task<IBroker> StartAsync(MailboxLimits limits);

    /// <summary>Ends the broker's process or connection and comes back to the same data.</summary>
    protected abstract Task<IBroker> RestartAsync();

    protected abstract Task StopAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await StopAsync();
        _patience.Dispose();
    }

    [Fact]
    public async Task Publish_OneRecipient_IsReadWithItsSlice()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "hello", (device, "slice"));
        await using var mailbox = await OpenAsync(broker, device);
        var entry = Stored(await ReadAsync(mailbox));
        Assert.Equal("hello", Text(entry.Payload));
        Assert.Equal("slice", Text(entry.Slice));
    }

    [Fact]
    public async Task Publish_AsManyRecipientsAsAllowed_IsStoredForEach()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var devices = await Task.WhenAll(Enumerable.Range(0, ManyRecipients).Select(_ => CreateAsync(broker)));
        Address[] addresses = [.. devices.Select(static device => new Address(device, default))];
        for (var i = 0; i < 3; i++)
            Assert.Empty(Assert.IsType<PublishOutcome.Accepted>(await broker.PublishAsync(new Publication(new byte[100], addresses), Cancellation)).Overflowed);
        foreach (var device in devices) Assert.Equal(3, (await broker.UsageAsync(device, Cancellation))!.Value.Count);
        Address[] tooMany = [.. Enumerable.Repeat(addresses[0], Limits.Recipients + 1)];
        await Assert.ThrowsAsync<ArgumentException>(async () => await broker.PublishAsync(new Publication(new byte[1], tooMany), Cancellation));
    }

    [Fact]
    public async Task Publish_SeveralRecipients_EachReadsThePayloadAndItsOwnSlice()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var devices = await CreateManyAsync(broker, 5);
        await AcceptAsync(broker, "to all", [.. devices.Select((device, i) => (device, $"slice {i}"))]);
        for (var i = 0; i < devices.Length; i++)
        {
            await using var mailbox = await OpenAsync(broker, devices[i]);
            var entry = Stored(await ReadAsync(mailbox));
            Assert.Equal("to all", Text(entry.Payload));
            Assert.Equal($"slice {i}", Text(entry.Slice));
        }
    }

    [Fact]
    public async Task Publish_ToAConnectedConsumer_ArrivesWithoutReopening()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await using var mailbox = await OpenAsync(broker, device);
        await using var reader = mailbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var next = reader.MoveNextAsync();
        await AcceptAsync(broker, "live", (device, ""));
        Assert.True(await next);
        Assert.Equal("live", Text(Stored(reader.Current).Payload));
    }

    [Fact]
    public async Task Publish_OneDeviceHasNoMailbox_StoresNothingAndNamesIt()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var known = await CreateAsync(broker);
        var unknown = DeviceId.New();
        var outcome = Assert.IsType<PublishOutcome.NoMailbox>(await PublishAsync(broker, "x", (known, ""), (unknown, "")));
        Assert.Equal([unknown], outcome.Devices);
        Assert.Equal(new MailboxUsage(0, 0), await broker.UsageAsync(known, Cancellation));
    }

    [Fact]
    public async Task Publish_LargestPayload_ComesBackWhole()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        var payload = new byte[Limits.Payload];
        new Random(1).NextBytes(payload);
        Assert.IsType<PublishOutcome.Accepted>(await broker.PublishAsync(new Publication(payload, [new Address(device, new byte[Limits.Slice])]), Cancellation));
        broker = await RestartAsync();
        await using var mailbox = await OpenAsync(broker, device);
        var entry = Stored(await ReadAsync(mailbox));
        Assert.True(entry.Payload.Span.SequenceEqual(payload));
        Assert.Equal(Limits.Slice, entry.Slice.Length);
    }

    [Fact]
    public async Task Publish_SeveralPublishersAtOnce_KeepsTheOrderOfEach()
    {
        const int publishers = 8, each = 200;
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        var publishing = Enumerable.Range(0, publishers).Select(p => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++) await AcceptAsync(broker, $"{p} {i}", (device, ""));
        })).ToArray();
        await using var mailbox = await OpenAsync(broker, device, prefetch: 16);
        var next = new int[publishers];
        await foreach (var text in ReadAndSettleAsync(mailbox, publishers * each))
        {
            var parts = text.Split(' ');
            Assert.Equal(next[int.Parse(parts[0], null)]++, int.Parse(parts[1], null));
        }

        await Task.WhenAll(publishing);
        Assert.All(next, count => Assert.Equal(each, count));
        Assert.Equal(new MailboxUsage(0, 0), await broker.UsageAsync(device, Cancellation));
    }

    [Fact]
    public async Task Publish_PipelinedByOnePublisher_KeepsTheOrderOfTheCalls()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        var outcomes = Enumerable.Range(0, 300).Select(i => PublishAsync(broker, $"{i}", (device, "")).AsTask()).ToArray();
        Assert.All(await Task.WhenAll(outcomes), outcome => Assert.IsType<PublishOutcome.Accepted>(outcome));
        await using var mailbox = await OpenAsync(broker, device);
        var expected = 0;
        await foreach (var text in ReadAndSettleAsync(mailbox, outcomes.Length)) Assert.Equal($"{expected++}", text);
    }

    [Fact]
    public async Task Read_Prefetch_BoundsTheUnsettledUntilASettle()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        for (var i = 0; i < 5; i++) await AcceptAsync(broker, $"{i}", (device, ""));
        await using var mailbox = await OpenAsync(broker, device, prefetch: 2);
        await using var reader = mailbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await reader.MoveNextAsync());
        var first = reader.Current.Tag;
        Assert.True(await reader.MoveNextAsync());
        var third = reader.MoveNextAsync();
        Assert.False(third.IsCompleted);
        await mailbox.SettleAsync(new[] { first }, Cancellation);
        Assert.True(await third);
        Assert.Equal("2", Text(Stored(reader.Current).Payload));
    }

    [Fact]
    public async Task Open_AfterUnsettledLease_DeliversAgainInOrder()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        for (var i = 0; i < 4; i++) await AcceptAsync(broker, $"{i}", (device, ""));
        await using (var first = await OpenAsync(broker, device))
        {
            var entries = await ReadAsync(first, 4);
            await first.SettleAsync(new[] { entries[1].Tag }, Cancellation);
        }

        await using var second = await OpenAsync(broker, device);
        Assert.Equal(["0", "2", "3"], (await ReadAsync(second, 3)).Select(entry => Text(Stored(entry).Payload)), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Open_AnotherConsumer_EndsTheEarlierAndTakesOver()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await using var first = await OpenAsync(broker, device);
        await using var reader = first.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var ended = reader.MoveNextAsync();
        await using var second = await OpenAsync(broker, device);
        Assert.False(await ended);
        await AcceptAsync(broker, "for the second", (device, ""));
        Assert.Equal("for the second", Text(Stored(await ReadAsync(second)).Payload));
    }

    [Fact]
    public async Task Settle_ByAnEndedConsumer_ChangesNothing()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "x", (device, ""));
        await using var first = await OpenAsync(broker, device);
        var entry = await ReadAsync(first);
        await using var second = await OpenAsync(broker, device);
        await first.SettleAsync(new[] { entry.Tag }, Cancellation);
        Assert.Equal("x", Text(Stored(await ReadAsync(second)).Payload));
    }

    [Fact]
    public async Task Settle_UnknownAndRepeatedTags_AreIgnored()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "a", (device, ""));
        await AcceptAsync(broker, "b", (device, ""));
        await using var mailbox = await OpenAsync(broker, device);
        var entries = await ReadAsync(mailbox, 2);
        await mailbox.SettleAsync(new[] { ulong.MaxValue, 0UL, entries[0].Tag, entries[0].Tag }, Cancellation);
        await mailbox.SettleAsync(new[] { entries[0].Tag }, Cancellation);
        Assert.Equal(1, (await broker.UsageAsync(device, Cancellation))!.Value.Count);
    }

    [Fact]
    public async Task Restart_KeepsWhatWasNotSettled()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var devices = await CreateManyAsync(broker, 3);
        await AcceptAsync(broker, "one", (devices[0], "s"));
        await AcceptAsync(broker, "all", (devices[0], "0"), (devices[1], "1"), (devices[2], "2"));
        await using (var mailbox = await OpenAsync(broker, devices[1]))
        {
            await mailbox.SettleAsync(new[] { (await ReadAsync(mailbox)).Tag }, Cancellation);
        }

        broker = await RestartAsync();
        await using var first = await OpenAsync(broker, devices[0]);
        Assert.Equal(["one", "all"], (await ReadAsync(first, 2)).Select(entry => Text(Stored(entry).Payload)), StringComparer.Ordinal);
        Assert.Equal(0, (await broker.UsageAsync(devices[1], Cancellation))!.Value.Count);
        var kept = (await broker.UsageAsync(devices[2], Cancellation))!.Value;
        Assert.Equal(1, kept.Count);
        if (CountsBytes) Assert.Equal(4, kept.Bytes);
        else Assert.True(kept.Bytes > 0);
    }

    [Fact]
    public async Task Publish_FullMailbox_MarksTheGapForThatDeviceAlone()
    {
        var broker = await StartAsync(MailboxLimits.Default with { Count = 2 });
        var (full, other) = (await CreateAsync(broker), await CreateAsync(broker));
        for (var i = 0; i < 2; i++) await AcceptAsync(broker, $"{i}", (full, ""));
        for (var i = 0; i < 2; i++)
        {
            var outcome = Assert.IsType<PublishOutcome.Accepted>(await PublishAsync(broker, "both", (full, ""), (other, "")));
            Assert.Equal([full], outcome.Overflowed);
        }

        await using var mailbox = await OpenAsync(broker, full);
        var entries = await ReadAsync(mailbox, 3);
        Assert.Equal(2, Assert.IsType<MailboxEntry.OverflowMarker>(entries[2]).Dropped);
        Assert.Equal(2, (await broker.UsageAsync(other, Cancellation))!.Value.Count);
    }

    [Fact]
    public async Task Publish_AllFull_SaysSoAndMarks()
    {
        var broker = await StartAsync(MailboxLimits.Default with { Bytes = 10 });
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "12345678", (device, "90"));
        Assert.IsType<PublishOutcome.AllFull>(await PublishAsync(broker, "x", (device, "")));
        broker = await RestartAsync();
        await using var mailbox = await OpenAsync(broker, device);
        Assert.Equal(1, Assert.IsType<MailboxEntry.OverflowMarker>((await ReadAsync(mailbox, 2))[1]).Dropped);
    }

    [Fact]
    public async Task Publish_AfterASettleMadeRoom_StoresBehindTheMarkerAndOpensANewGap()
    {
        var broker = await StartAsync(MailboxLimits.Default with { Count = 1 });
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "a", (device, ""));
        Assert.IsType<PublishOutcome.AllFull>(await PublishAsync(broker, "lost", (device, "")));
        await using (var mailbox = await OpenAsync(broker, device, prefetch: 1))
        {
            await mailbox.SettleAsync(new[] { (await ReadAsync(mailbox)).Tag }, Cancellation);
        }

        await AcceptAsync(broker, "b", (device, ""));
        Assert.IsType<PublishOutcome.AllFull>(await PublishAsync(broker, "lost too", (device, "")));
        await using var reopened = await OpenAsync(broker, device);
        var entries = await ReadAsync(reopened, 3);
        Assert.Equal(1, Assert.IsType<MailboxEntry.OverflowMarker>(entries[0]).Dropped);
        Assert.Equal("b", Text(Stored(entries[1]).Payload));
        Assert.Equal(1, Assert.IsType<MailboxEntry.OverflowMarker>(entries[2]).Dropped);
        Assert.True(entries[0].Tag < entries[1].Tag && entries[1].Tag < entries[2].Tag);
    }

    [Fact]
    public async Task Publish_LeasedEntriesCountUntilTheyAreSettled()
    {
        var broker = await StartAsync(MailboxLimits.Default with { Count = 1 });
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "a", (device, ""));
        await using var mailbox = await OpenAsync(broker, device);
        await ReadAsync(mailbox);
        Assert.IsType<PublishOutcome.AllFull>(await PublishAsync(broker, "b", (device, "")));
    }

    [Fact]
    public async Task DeleteMailbox_EndsItsConsumerAndLeavesOthersTheirPayload()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var (gone, stays) = (await CreateAsync(broker), await CreateAsync(broker));
        await AcceptAsync(broker, "shared", (gone, ""), (stays, ""));
        await using var mailbox = await OpenAsync(broker, gone);
        await using var reader = mailbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await reader.MoveNextAsync());
        var ended = reader.MoveNextAsync();
        await broker.DeleteMailboxAsync(gone, Cancellation);
        await broker.DeleteMailboxAsync(gone, Cancellation);
        Assert.False(await ended);
        Assert.Null(await broker.OpenAsync(gone, 1, Cancellation));
        Assert.Null(await broker.UsageAsync(gone, Cancellation));
        broker = await RestartAsync();
        Assert.Null(await broker.OpenAsync(gone, 1, Cancellation));
        await using var other = await OpenAsync(broker, stays);
        Assert.Equal("shared", Text(Stored(await ReadAsync(other)).Payload));
    }

    [Fact]
    public async Task CreateMailbox_Twice_KeepsWhatIsInIt()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await AcceptAsync(broker, "kept", (device, ""));
        await broker.CreateMailboxAsync(device, Cancellation);
        Assert.Equal(1, (await broker.UsageAsync(device, Cancellation))!.Value.Count);
    }

    [Fact]
    public async Task Read_Cancelled_ThrowsAndLosesNothing()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        using var cancel = new CancellationTokenSource();
        await using (var mailbox = await OpenAsync(broker, device))
        {
            await using var reader = mailbox.ReadAllAsync(cancel.Token).GetAsyncEnumerator(cancel.Token);
            var waiting = reader.MoveNextAsync();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        }

        await AcceptAsync(broker, "later", (device, ""));
        await using var again = await OpenAsync(broker, device);
        Assert.Equal("later", Text(Stored(await ReadAsync(again)).Payload));
    }

    [Fact]
    public async Task Stop_EndsConsumers()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        var device = await CreateAsync(broker);
        await using var mailbox = await OpenAsync(broker, device);
        await using var reader = mailbox.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var ended = reader.MoveNextAsync();
        await RestartAsync();
        Assert.False(await ended);
    }

    [Fact]
    public async Task Check_Running_Completes()
    {
        var broker = await StartAsync(MailboxLimits.Default);
        await broker.CheckAsync(Cancellation);
    }

    protected async Task<DeviceId> CreateAsync(IBroker broker)
    {
        var device = DeviceId.New();
        await broker.CreateMailboxAsync(device, Cancellation);
        return device;
    }

    protected async Task<DeviceId[]> CreateManyAsync(IBroker broker, int count)
    {
        var devices = new DeviceId[count];
        for (var i = 0; i < count; i++) devices[i] = await CreateAsync(broker);
        return devices;
    }

    protected ValueTask<PublishOutcome> PublishAsync(IBroker broker, string payload, params (DeviceId Device, string Slice)[] recipients) =>
        broker.PublishAsync(new Publication(Bytes(payload), [.. recipients.Select(to => new Address(to.Device, Bytes(to.Slice)))]), Cancellation);

    protected async Task AcceptAsync(IBroker broker, string payload, params (DeviceId Device, string Slice)[] recipients) =>
        Assert.Empty(Assert.IsType<PublishOutcome.Accepted>(await PublishAsync(broker, payload, recipients)).Overflowed);

    protected async Task<IMailbox> OpenAsync(IBroker broker, DeviceId device, int prefetch = 100)
    {
        var mailbox = await broker.OpenAsync(device, prefetch, Cancellation);
        Assert.NotNull(mailbox);
        return mailbox;
    }

    protected async Task<MailboxEntry> ReadAsync(IMailbox mailbox) => (await ReadAsync(mailbox, 1))[0];

    protected async Task<IReadOnlyList<MailboxEntry>> ReadAsync(IMailbox mailbox, int count)
    {
        var entries = new List<MailboxEntry>();
        await foreach (var entry in mailbox.ReadAllAsync(Cancellation))
        {
            entries.Add(entry);
            if (entries.Count == count) break;
        }

        Assert.Equal(count, entries.Count);
        return entries;
    }

    protected async IAsyncEnumerable<string> ReadAndSettleAsync(IMailbox mailbox, int count)
    {
        await foreach (var entry in mailbox.ReadAllAsync(Cancellation))
        {
            yield return Text(Stored(entry).Payload);
            await mailbox.SettleAsync(new[] { entry.Tag }, Cancellation);
            if (--count == 0) yield break;
        }
    }

    protected static MailboxEntry.Stored Stored(MailboxEntry entry) => Assert.IsType<MailboxEntry.Stored>(entry);

    protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
