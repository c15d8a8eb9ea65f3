using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Cluster;

/// <summary>The newest CRL of each issuing CA, as the store has it, for everyone who is connected. Of a CRL it knows issuer and number; what it says is between authority and devices.</summary>
internal sealed class StatusBoard(IStore store, Attendance attendance, TimeProvider time, ILogger log)
{
    private readonly Channel<bool> _told = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile IReadOnlyDictionary<Digest, Posted> _posted = new Dictionary<Digest, Posted>();

    /// <summary>Reads the store soon. Returns at once.</summary>
    public void Look() => _told.Writer.TryWrite(true);

    /// <summary>For a session that is in attendance already: what comes later it hears with all others.</summary>
    public void Show(Session session)
    {
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
            log.StatusNotRead(failed);
        }
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

    private sealed record Posted(ulong Number, Hint Hint);
}
