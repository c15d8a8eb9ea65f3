using System.Text;
using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq.Tests;

/// <summary>Engines that a test opens on the shared node, closed with it.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The runner calls DisposeAsync of IAsyncLifetime.")]
public abstract class RabbitTest(RabbitNode node) : IAsyncLifetime
{
    private readonly List<RabbitEngine> _engines = [];
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(10)); // bounds a test that has failed: a node takes a minute to start on a busy machine

    protected RabbitNode Node => node;

    protected CancellationToken Cancellation => _patience.Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var engine in _engines) await engine.DisposeAsync();
        _patience.Dispose();
    }

    protected async Task<RabbitEngine> OpenEngineAsync(Func<RabbitOptions, RabbitOptions>? change = null, TimeProvider? time = null)
    {
        var options = TestEngine.OptionsOf(node);
        var engine = await TestEngine.OpenAsync(change?.Invoke(options) ?? options, time: time);
        _engines.Add(engine);
        return engine;
    }

    protected async Task<DeviceId> CreateAsync(IBroker broker)
    {
        var device = DeviceId.New();
        await broker.CreateMailboxAsync(device, Cancellation);
        return device;
    }

    protected ValueTask<PublishOutcome> PublishAsync(IBroker broker, string text, params DeviceId[] devices) =>
        broker.PublishAsync(new Publication(Encoding.UTF8.GetBytes(text), [.. devices.Select(static device => new Address(device, default))]), Cancellation);

    protected async Task AcceptAsync(IBroker broker, string text, params DeviceId[] devices) =>
        Assert.Empty(Assert.IsType<PublishOutcome.Accepted>(await PublishAsync(broker, text, devices)).Overflowed);

    /// <summary>Publishes again and again until it is answered so.</summary>
    protected async Task<T> UntilAsync<T>(IBroker broker, string text, DeviceId device) where T : PublishOutcome
    {
        while (true)
        {
            var answer = await PublishAsync(broker, text, device);
            if (answer is T outcome) return outcome;
            await Task.Delay(20, CancellationToken.None);
            Assert.False(Cancellation.IsCancellationRequested, $"\"{text}\" is still answered by {answer}");
        }
    }

    protected async Task<IMailbox> OpenAsync(IBroker broker, DeviceId device, int prefetch = 100)
    {
        var mailbox = await broker.OpenAsync(device, prefetch, Cancellation);
        Assert.NotNull(mailbox);
        return mailbox;
    }

    protected async Task<IReadOnlyList<MailboxEntry>> ReadAsync(IMailbox mailbox, int count)
    {
        List<MailboxEntry> entries = [];
        await foreach (var entry in mailbox.ReadAllAsync(Cancellation))
        {
            entries.Add(entry);
            if (entries.Count == count) break;
        }

        Assert.Equal(count, entries.Count);
        return entries;
    }

    protected static string Text(MailboxEntry entry) => Encoding.UTF8.GetString(Assert.IsType<MailboxEntry.Stored>(entry).Payload.Span);
}
