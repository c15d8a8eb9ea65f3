namespace TalkyWalky.Client.Agent;

/// <summary>A chat this process can use, and what it must close behind itself.</summary>
internal sealed class Holding(IChat chat, AgentServer? server) : IAsyncDisposable
{
    public IChat Chat => chat;

    public bool IsOwner => server is not null;

    public async ValueTask DisposeAsync()
    {
        // Others' requests finish before the engine stops.
        if (server is not null) await server.DisposeAsync();
        await chat.DisposeAsync();
    }
}

internal abstract record Entry
{
    private Entry() { }

    public sealed record Inside(Holding Holding) : Entry;

    public sealed record Outside(ChatOpening Opening) : Entry;
}

/// <summary>Becomes the owner of a profile or finds the one there is.</summary>
internal sealed class ProfileDoor(
    string profile, PassphraseSource passphrase, Func<string, CancellationToken, Task<ChatOpening>> openLocal, ClientEnvironment environment)
{
    // An owner holds the lock a moment before it serves the socket, and up to the drain time after it stopped serving.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromMilliseconds(250);

    private string? _passphrase;

    public async Task<Entry> EnterAsync(CancellationToken cancellation)
    {
        var started = environment.Time.GetTimestamp();
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var agent = new AgentChat(profile);
            if (await agent.IsThereAsync(cancellation)) return new Entry.Inside(new Holding(agent, server: null));
            if (await PassphraseAsync(cancellation) is { } missing) return new Entry.Outside(missing);
            switch (await openLocal(_passphrase!, cancellation))
            {
                case ChatOpening.Opened opened:
                    return new Entry.Inside(await ServeAsync(opened.Chat));
                case ChatOpening.InUse when environment.Time.GetElapsedTime(started) < Patience:
                    await Task.Delay(pause, environment.Time, cancellation);
                    break;
                case var outside:
                    return new Entry.Outside(outside);
            }
        }
    }

    private async Task<ChatOpening?> PassphraseAsync(CancellationToken cancellation)
    {
        if (_passphrase is not null) return null;
        var answer = await passphrase(cancellation);
        _passphrase = (answer as PassphraseAnswer.Known)?.Passphrase;
        return answer is PassphraseAnswer.Missing missing ? new ChatOpening.WrongPassphrase(missing.Why) : null;
    }

    private async Task<Holding> ServeAsync(IChat chat)
    {
        try
        {
            return new Holding(chat, AgentServer.Start(profile, chat, environment.Time, environment.Logs));
        }
        catch
        {
            await chat.DisposeAsync();
            throw;
        }
    }
}
