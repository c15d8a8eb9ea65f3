using TalkyWalky.Engines.Specifications;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class ExpiryTests : IAsyncLifetime
{
    private readonly TestEngines _engines = new();
    private readonly ManualTime _time = new();
    private readonly DeviceId _device = DeviceId.New();

    public Task InitializeAsync()
    {
        _engines.Time = _time;
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _engines.DeleteAsync();

    [Fact]
    public async Task Open_AfterThirtyDays_FindsOneMarkerInPlaceOfTheOld()
    {
        var broker = (await _engines.OpenAsync()).Broker;
        var other = DeviceId.New();
        await broker.CreateMailboxAsync(_device, default);
        await broker.CreateMailboxAsync(other, default);
        var since = _time.GetUtcNow();
        for (var i = 0; i < 3; i++) await PublishAsync(broker, _device, other);
        _time.Advance(TimeSpan.FromDays(20));
        await PublishAsync(broker, _device);
        _time.Advance(TimeSpan.FromDays(10));

        broker = (await _engines.ReopenAsync()).Broker;
        Assert.Equal(new MailboxUsage(1, 1), await broker.UsageAsync(_device, default));
        var entries = await ReadAsync(broker, 2);
        var marker = Assert.IsType<MailboxEntry.OverflowMarker>(entries[0]);
        Assert.Equal((3, since), (marker.Dropped, marker.Since));
        Assert.IsType<MailboxEntry.Stored>(entries[1]);

        // The next sweep adds to the marker that is there.
        _time.Advance(TimeSpan.FromDays(20));
        broker = (await _engines.ReopenAsync()).Broker;
        marker = Assert.IsType<MailboxEntry.OverflowMarker>(Assert.Single(await ReadAsync(broker, 1)));
        Assert.Equal((4, since), (marker.Dropped, marker.Since));
        Assert.Equal(new MailboxUsage(0, 0), await broker.UsageAsync(other, default));
        await _engines.CloseAsync();
        Assert.Equal(0, Rows("payload"));
        Assert.Equal(2, Rows("entry"));
    }

    [Fact]
    public async Task Sweep_LeavesWhatIsLeased()
    {
        var broker = (Broker.EmbeddedBroker)(await _engines.OpenAsync()).Broker;
        await broker.CreateMailboxAsync(_device, default);
        for (var i = 0; i < 2; i++) await PublishAsync(broker, _device);
        await using var mailbox = await broker.OpenAsync(_device, 1, default);
        await using var reader = mailbox!.ReadAllAsync(default).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        _time.Advance(TimeSpan.FromDays(31));
        await broker.ExpireAsync();
        await mailbox.SettleAsync(new[] { reader.Current.Tag }, default);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(1, Assert.IsType<MailboxEntry.OverflowMarker>(reader.Current).Dropped);
    }

    private static async Task PublishAsync(IBroker broker, params DeviceId[] devices) =>
        Assert.IsType<PublishOutcome.Accepted>(await broker.PublishAsync(new Publication(new byte[] { 1 }, [.. devices.Select(device => new Address(device, default))]), default));

    private async Task<List<MailboxEntry>> ReadAsync(IBroker broker, int count)
    {
        await using var mailbox = await broker.OpenAsync(_device, 100, default);
        var entries = new List<MailboxEntry>();
        await foreach (var entry in mailbox!.ReadAllAsync(default))
        {
            entries.Add(entry);
            if (entries.Count == count) break;
        }

        return entries;
    }

    private long Rows(string table)
    {
        using var database = Sqlite.Database.Open(_engines.File, readOnly: true);
        return database.Number($"SELECT count(*) FROM {table}");
    }
}
