using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>
/// Looks again and again at the accounts and devices of everyone who is connected: what changed elsewhere (the directory, another process), and passwords that were given too
/// long ago, end a session though its device sends nothing.
/// </summary>
internal sealed class SessionSweep(Attendance attendance, IDirectory directory, IStore store, GatewayOptions options, TimeProvider time, ILogger log)
{
    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(GatewayTimes.Sweep, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) await SweepAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        try
        {
            foreach (var people in attendance.Everyone().GroupBy(static session => session.User).Chunk(Limits.Roster)) await LookAsync(people, stop);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            log.SweepFailed(failed); // nobody is ended for an engine that is away; their next publish says so
        }
    }

    private async Task LookAsync(IGrouping<UserId, Session>[] people, CancellationToken stop)
    {
        List<UserId> users = [.. people.Select(static person => person.Key)];
        var accounts = (await directory.FindAsync(users, stop)).ToDictionary(static account => account.User);
        var devices = (await store.StandingsAsync(users, stop)).ToDictionary(static standing => standing.Device);
        var now = time.GetUtcNow();
        foreach (var session in people.SelectMany(static person => person))
        {
            // A device that is gone from the store was never approved: as good as revoked.
            var ending = devices.TryGetValue(session.Device, out var device)
                ? Expulsions.Judge(accounts.GetValueOrDefault(session.User), device.State, device.LoginAt, options, now)
                : Expulsions.Revoked;
            if (ending is not null) session.End(ending);
        }
    }
}
