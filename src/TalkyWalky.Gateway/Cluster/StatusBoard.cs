using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Cluster;

/// <summary>
/// The newest CRL of each issuing CA and the newest head of the transparency log, as the store has them, for everyone who is connected. Of a CRL it knows issuer and number, of a head its bytes;
/// what they say is between authority and devices.
/// </summary>
internal sealed class StatusBoard(IStore store, ILogStore log, Attendance attendance, TimeProvider time, ILogger logger)
{
    private readonly Channel<bool> _told = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile IReadOnlyDictionary<Digest, Posted> _posted = new Dictionary<Digest, Posted>();
    private volatile PostedHead? _head;

    /// <summary>Reads the store soon. Returns at once.</summary>
    public void Look() => _told.Writer.TryWrite(true);

    /// <summary>For a session that is in attendance already: what comes later it hears with all others.</summary>
    public void Show(Session session)
    {
        if (_head is { } head) session.Tell(head.Hint);
        foreach (var posted in _posted.Values) session.Tell(posted.Hint);
    }

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await ReadAsync(stop);
            await WaitAsync(stop);
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            await ReadHeadAsync(stop);
            var stored = await store.CrlsAsync(stop);
            var newer = stored.Where(crl => !_posted.TryGetValue(crl.Issuer, out var posted) || crl.Number > posted.Number).ToList();
            if (newer.Count == 0 && stored.Count == _posted.Count) return;
            var posted = _posted.Where(one => stored.Any(crl => crl.Issuer == one.Key)).ToDictionary(); // those of CAs that were retired are gone
            foreach (var crl in newer) posted[crl.Issuer] = new Posted(crl.Number, Hint.Status(crl));
            _posted = posted;
            foreach (var session in attendance.Everyone())
            {
                foreach (var crl in newer) session.Tell(posted[crl.Issuer].Hint);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (EngineException failed)
        {
            logger.StatusNotRead(failed);
        }
    }

    private async Task ReadHeadAsync(CancellationToken stop)
    {
        if (await log.TreeHeadAsync(stop) is not { } head || (_head is { } known && known.Token.AsSpan().SequenceEqual(head.Token))) return;
        _head = new PostedHead(head.Token, Hint.TreeHead(head));
        foreach (var session in attendance.Everyone()) session.Tell(_head.Hint);
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(GatewayTimes.StatusLook, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await _told.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // It is time to look, or to stop.
        }
    }

    private sealed record PostedHead(byte[] Token, Hint Hint);

    private sealed record Posted(ulong Number, Hint Hint);
}
