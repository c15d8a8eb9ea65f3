namespace TalkyWalky.Client.Tests.Backfill;

/// <summary>A server whose mailboxes hold 100 messages each.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class FullMailboxServer : IAsyncLifetime
#pragma warning restore CA1001
{
    public TestServer Server { get; } = new([("TALKYWALKYD_MAILBOX__MAXCOUNT", "100")]);

    public Task InitializeAsync() => Server.InitializeAsync();

    public Task DisposeAsync() => Server.DisposeAsync();
}
