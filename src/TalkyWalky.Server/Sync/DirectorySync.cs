using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Sync;

/// <summary>Ends all devices of a person; how many there were.</summary>
internal delegate Task<int> DeviceRevoker(UserId user, CancellationToken cancellation);

/// <summary>
/// Brings the server's devices in line with the directory: who is disabled or deleted there, or outside the group, has none here (docs/decisions/0007). The store is the
/// memory: what happened while the server was down is found by the first pass.
/// </summary>
internal sealed class DirectorySync(
    IDirectory directory, IStore store, DeviceRevoker revoke, SessionEnder endSessions, Action<UserId> changed, CircuitBreaker breaker, TimeProvider time, ILogger log)
    : IAsyncDisposable
{
    /// <summary>So long is an account missing before its devices are revoked: a replica that lags behind does not know those who are new.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private const int Page = 500;

    /// <summary>A device that does not answer its goodbye holds its place for seconds; it shall not hold up the others.</summary>
    private const int AtOnce = 32;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Whose sessions were ended because the directory does not have them, and when.</summary>
    private readonly ConcurrentDictionary<UserId, long> _missing = new();

    private Dictionary<UserId, string> _names = [];

    /// <summary>Null where the directory is built in: its accounts are changed here alone.</summary>
    public static DirectorySync? Of(
        ServerEngines engines, AuthorityService authority, SessionEnder endSessions, DeviceCallbacks callbacks, DirectorySettings settings, HostServices services) =>
        engines.Shared is not { } shared ? null : new DirectorySync(
            shared, engines.Store, (user, cancellation) => authority.RevokeDevicesOfAsync(user, X509RevocationReason.AffiliationChanged, Actor.Directory, cancellation), endSessions, callbacks.Changed,
            new CircuitBreaker(settings.BreakerShare, settings.BreakerCount, services.Time), services.Time, services.Log);

    /// <summary>How many the circuit breaker held back in the last pass; 0 when it held nobody.</summary>
    public int HeldBack { get; private set; }

    /// <summary>The last pass could not look everyone up, though the directory may answer.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>One pass; a second one waits for the first. Cancelled, it is waited for no longer and goes on.</summary>
    /// <param name="confirmed">So many may go whatever the circuit breaker says: an administrator looked at them.</param>
    public Task<SyncOutcome> RunAsync(int confirmed, CancellationToken cancellation) => OneAtATimeAsync(() => PassAsync(confirmed, _closing.Token)).WaitAsync(cancellation);

    /// <summary>What a pass would do now.</summary>
    public Task<SyncOutcome> LookOnlyAsync(CancellationToken cancellation) => OneAtATimeAsync<SyncOutcome>(
        async () =>
        {
            var (findings, _) = await LookAsync(_closing.Token);
            return new SyncOutcome.Looked(findings, breaker.Holds(findings.People, Fresh(findings)));
        }).WaitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _one.WaitAsync(CancellationToken.None); // the pass that goes on
        _one.Dispose();
        _closing.Dispose();
    }

    private async Task<T> OneAtATimeAsync<T>(Func<Task<T>> pass)
    {
        await _one.WaitAsync(_closing.Token);
        try
        {
            return await pass();
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<SyncOutcome> PassAsync(int confirmed, CancellationToken stop)
    {
        var (findings, names) = await LookAsync(stop);
        var fresh = Fresh(findings);
        var isConfirmed = fresh > 0 && fresh <= confirmed;
        if (!isConfirmed && breaker.Holds(findings.People, fresh))
        {
            HeldBack = fresh;
            return new SyncOutcome.Held(findings);
        }

        HeldBack = 0;
        var ended = 0;
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(findings.Leavers, atOnce, async (leaver, cancellation) =>
        {
            if (await TryEndAsync(leaver, cancellation)) Interlocked.Increment(ref ended);
        });
        if (isConfirmed) breaker.Reset();
        else breaker.Record(ended);
        await Parallel.ForEachAsync(findings.Renamed, atOnce, async (user, _) =>
        {
            changed(user);
            await endSessions(user, CloseCode.Unavailable, "the name of this account changed; the device connects again with it");
        });
        _names = names;
        return new SyncOutcome.Done(findings);
    }

    /// <summary>Those who were not counted by the circuit breaker yet.</summary>
    private int Fresh(SyncFindings findings) => findings.Leavers.Count(leaver => !_missing.ContainsKey(leaver.User));

    private async Task<(SyncFindings Findings, Dictionary<UserId, string> Names)> LookAsync(CancellationToken cancellation)
    {
        try
        {
            var looked = await LookAtEveryoneAsync(cancellation);
            IsFailing = false;
            return looked;
        }
        catch (EngineException)
        {
            IsFailing = true;
            throw;
        }
    }

    private async Task<(SyncFindings Findings, Dictionary<UserId, string> Names)> LookAtEveryoneAsync(CancellationToken cancellation)
    {
        var names = new Dictionary<UserId, string>();
        var (people, leavers, renamed) = (0, new List<Leaver>(), new List<UserId>());
        for (UserId? after = null; await store.PeopleAsync(after, Page, cancellation) is { Count: > 0 } page; after = page[^1])
        {
            people += page.Count;
            var accounts = (await directory.FindAsync(page, cancellation)).ToDictionary(static account => account.User);
            foreach (var user in page)
            {
                var before = _names.GetValueOrDefault(user);
                var account = accounts.GetValueOrDefault(user);
                var name = account?.Username ?? before;
                if (account is not null) _missing.TryRemove(user, out _);
                if (account is not { Enabled: true }) leavers.Add(new Leaver(user, name, ReasonOf(user, account)));
                else if (before is not null && !string.Equals(name, before, StringComparison.Ordinal)) renamed.Add(user);
                if (name is not null) names.Add(user, name);
            }
        }

        return (new SyncFindings(people, leavers, renamed), names);
    }

    private LeaverReason ReasonOf(UserId user, Account? account) =>
        account is not null ? LeaverReason.Disabled
        : _missing.TryGetValue(user, out var since) && time.GetElapsedTime(since) >= Grace ? LeaverReason.Deleted
        : LeaverReason.Missing;

    /// <summary>True for somebody whose time here ended with this pass.</summary>
    private async Task<bool> TryEndAsync(Leaver leaver, CancellationToken cancellation)
    {
        try
        {
            return await EndAsync(leaver, cancellation);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            SyncLog.NotEnded(log, leaver.User, failed); // the others are ended; this one is tried again by the next pass
            return false;
        }
    }

    private async Task<bool> EndAsync(Leaver leaver, CancellationToken cancellation)
    {
        var isFresh = !_missing.ContainsKey(leaver.User);
        // First the sessions, with the true reason for the person; revoking would end them with its own.
        if (isFresh)
        {
            await endSessions(
                leaver.User, CloseCode.AccountDisabled,
                leaver.Reason == LeaverReason.Disabled ? "this account is disabled; ask your administrator" : "this account does not exist any more; ask your administrator");
        }

        if (leaver.Reason == LeaverReason.Missing)
        {
            if (!isFresh) return false;
            _missing[leaver.User] = time.GetTimestamp();
            changed(leaver.User);
            SyncLog.Missing(log, leaver.User, Grace);
            return true;
        }

        var devices = await revoke(leaver.User, cancellation);
        _missing.TryRemove(leaver.User, out _);
        SyncLog.Ended(log, leaver.User, leaver.Reason, devices);
        return isFresh;
    }
}
