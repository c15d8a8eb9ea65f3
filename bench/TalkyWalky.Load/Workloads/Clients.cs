using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>Several people's connections, and what one waits for while they work.</summary>
internal sealed class Clients : IAsyncDisposable
{
    private readonly List<ChatClient> _all = [];

    public IReadOnlyList<ChatClient> All => _all;

    public ChatClient this[int index] => _all[index];

    /// <summary>One after the other, so that no server is asked for more than it takes.</summary>
    public async Task AddAsync(IRunningPeer peer, IEnumerable<int> people, bool enter, CancellationToken cancellation)
    {
        foreach (var person in people)
        {
            var client = await peer.OpenAsync(person, cancellation);
            _all.Add(client);
            if (enter) await client.EnterAsync(cancellation);
        }
    }

    public void Add(ChatClient client)
    {
        lock (_all) _all.Add(client);
    }

    /// <summary>Waits while the others work. Throws as soon as one of them failed.</summary>
    public async Task WorkAsync(TimeSpan duration, CancellationToken cancellation)
    {
        var failed = Task.WhenAny(_all.Select(static client => client.Failed));
        var time = Task.Delay(duration, cancellation);
        if (await Task.WhenAny(failed, time) == time) await time;
        else await await failed;
    }

    public async Task UntilAsync(Func<bool> holds, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        while (!holds()) await WorkAsync(TimeSpan.FromMilliseconds(5), patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _all) await client.DisposeAsync();
    }
}
