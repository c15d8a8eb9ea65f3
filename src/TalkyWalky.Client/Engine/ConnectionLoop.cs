using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Engine;

/// <summary>What the loop does after one connection or attempt.</summary>
internal abstract record AfterConnection
{
    private AfterConnection() { }

    public sealed record Retry(string Why) : AfterConnection;

    /// <summary>The person logged in or out: look again.</summary>
    public sealed record AtOnce : AfterConnection;

    /// <summary>Only a person can help; nothing is tried until then.</summary>
    public sealed record Stop(ConnectionState State, string Why) : AfterConnection
    {
        /// <summary>Looks again after this time: the help may be given where this program does not see it. Null: never.</summary>
        public TimeSpan? Again { get; init; }
    }
}

/// <summary>Work that goes on for as long as a connection lives.</summary>
internal interface IConnectionPart
{
    /// <summary>Returns when the connection has ended; must end soon after <see cref="SendContext.Ended"/>.</summary>
    Task RunAsync(SendContext context);

    /// <summary>Deliveries were stored and acknowledged. Returns at once.</summary>
    void Stored(InboxResult result) { }
}

/// <summary>Keeps this device connected: one connection after another, with jittered back-off between them, until it is disposed of.</summary>
/// <param name="parts">What else works while a connection lives.</param>
internal sealed class ConnectionLoop(
    Database database, Outbox outbox, People people, IReadOnlyList<IConnectionPart> parts, StatusBook book, LogBook logBook, LogAlarms alarms, ConnectionStatus status, EventHub events, ClientEnvironment environment, ILogger log)
{
    private static readonly TimeSpan NudgeInterval = TimeSpan.FromSeconds(1), StableAfter = TimeSpan.FromSeconds(10);

    /// <summary>An account is enabled again by an administrator, of whom nobody tells this device.</summary>
    private static readonly TimeSpan DisabledPause = TimeSpan.FromMinutes(2);

    private const string Failed = "This program failed; its log says where. It tries again.";

    private readonly Signal _resume = new();
    private readonly Lock _gate = new();
    private long _lastAttempt;
    private CancellationTokenSource? _current;

    /// <summary>What the directory calls this person, where that is not what the certificate says.</summary>
    private string? _name;

    /// <summary>Tries again now if the loop is waiting. False when the last attempt is less than a second old.</summary>
    public bool TryNudge()
    {
        lock (_gate)
        {
            if (environment.Time.GetElapsedTime(_lastAttempt) < NudgeInterval) return false;
        }

        _resume.Raise();
        return true;
    }

    /// <summary>Looks at the profile again: the person logged in or out.</summary>
    public void Restart()
    {
        lock (_gate) _current?.Cancel();
        _resume.Raise();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(30));
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                var started = environment.Time.GetTimestamp();
                lock (_gate) _lastAttempt = started;
                var after = await ConnectOnceAsync(cancellation);
                if (cancellation.IsCancellationRequested) return;
                if (after is AfterConnection.AtOnce) continue;
                if (environment.Time.GetElapsedTime(started) > StableAfter) backOff.Reset();
                await PauseAsync(after, backOff, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Disposed of while waiting for the next attempt.
        }
    }

    private async Task PauseAsync(AfterConnection after, BackOff backOff, CancellationToken cancellation)
    {
        var (state, why) = after switch
        {
            AfterConnection.Stop stop => (stop.State, stop.Why),
            AfterConnection.Retry retry => (ConnectionState.Offline, retry.Why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        status.Set(state, why);
        await outbox.ReleaseAsync(contact: null, why);
        if (after is AfterConnection.Stop { Again: null }) await _resume.WaitAsync(cancellation);
        else if (after is AfterConnection.Stop { Again: { } pause }) await _resume.WaitAsync(pause, environment.Time, cancellation);
        else await _resume.WaitAsync(backOff.Next(), environment.Time, cancellation);
    }

    private async Task<AfterConnection> ConnectOnceAsync(CancellationToken cancellation)
    {
        using var current = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_gate) _current = current;
        try
        {
            if (await database.RunAsync(static rows => rows.Settings.Get(SettingNames.LoggedOut) is not null, current.Token))
                return new AfterConnection.Stop(ConnectionState.LoggedOut, "You are logged out; log in to go on.");
            status.Set(ConnectionState.Connecting, status.Now.Trouble);
            return await ConnectAsync(current.Token);
        }
        catch (SqliteException failure)
        {
            ClientLog.ConnectionFailed(log, failure);
            return new AfterConnection.Retry($"The profile cannot be read or written: {StoreFailure.Explain(failure)}");
        }
        catch (ProfileDamagedException failure)
        {
            ClientLog.ConnectionFailed(log, failure);
            return new AfterConnection.Stop(ConnectionState.Refused, $"The profile is damaged: {failure.Message}. Restore profile.db from a copy, or enrol this device anew.");
        }
        catch (OperationCanceledException) when (current.IsCancellationRequested)
        {
            return new AfterConnection.AtOnce();
        }
        catch (Exception failure)
        {
            ClientLog.ConnectionFailed(log, failure);
            return new AfterConnection.Retry(Failed);
        }
        finally
        {
            lock (_gate) _current = null;
        }
    }

    private async Task<AfterConnection> ConnectAsync(CancellationToken cancellation)
    {
        using var credentials = await FreshCredentialsAsync(cancellation);
        var now = environment.Time.GetUtcNow();
        if (now >= credentials.Identity.NotAfter)
        {
            var waits = await database.RunAsync(static rows => LogIn.WaitsFor(rows), cancellation);
            return new AfterConnection.Stop(ConnectionState.Refused, waits ?? Sentences.Expired(credentials.Identity.NotAfter));
        }

        if (book.RevokedAt(CertificateName.Of(credentials.Identity)) is not null) return new AfterConnection.Stop(ConnectionState.Refused, Sentences.Revoked);
        var generation = await database.RunAsync(static rows => NextGeneration(rows), cancellation);
        switch (await Dialer.DialAsync(credentials, generation, environment.Time, cancellation))
        {
            case DialOutcome.Connected { Welcome.Username: { Length: > 0 } name } renamed when IsNews(name, credentials):
                _name = name;
                renamed.Socket.Dispose();
                return new AfterConnection.Retry("The name of this account changed; its certificate is renewed.");
            case DialOutcome.Connected connected:
                return await ServeAsync(connected, credentials, generation, cancellation);
            case DialOutcome.Closed closed:
                return await JudgeAsync(new LinkEnd(closed.Code, closed.Text), credentials);
            case DialOutcome.NotTrusted not:
                return new AfterConnection.Retry(not.Why);
            case DialOutcome.Unreachable not:
                return new AfterConnection.Retry(not.Why);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // Asked for once: where the authority keeps the old name, the device goes on with it.
    private bool IsNews(string name, Credentials credentials) =>
        !string.Equals(name, credentials.Identity.Username, StringComparison.Ordinal) && !string.Equals(name, _name, StringComparison.Ordinal);

    private async Task<Credentials> FreshCredentialsAsync(CancellationToken cancellation)
    {
        var credentials = await LoadAsync(cancellation);
        var renewal = new Renewal(database, environment);
        await renewal.DestroyOldKeysAsync(cancellation);
        var isRenamed = _name is { } name && !string.Equals(name, credentials.Identity.Username, StringComparison.Ordinal);
        if (!isRenamed && !Renewal.IsDue(credentials, environment.Time.GetUtcNow())) return credentials;
        string? trouble;
        using (credentials) trouble = await renewal.RenewAsync(credentials, isRenamed, cancellation);
        if (trouble is not null) await events.NoticeAsync(trouble);
        return await LoadAsync(cancellation);
    }

    private async Task<Credentials> LoadAsync(CancellationToken cancellation) =>
        await database.RunAsync(rows => Credentials.Load(rows, environment.Time.GetUtcNow()), cancellation)
        ?? throw new ProfileDamagedException("its certificates are missing");

    // Durable before it is shown: a copy of the profile can never show a higher one than the original did.
    private static ulong NextGeneration(Rows rows)
    {
        var next = rows.Settings.GetNumber(SettingNames.Generation) + 1;
        rows.Settings.SetNumber(SettingNames.Generation, next);
        return next;
    }

    /// <summary>One connection's whole life.</summary>
    private async Task<AfterConnection> ServeAsync(DialOutcome.Connected connected, Credentials credentials, ulong generation, CancellationToken cancellation)
    {
        using var link = new GatewayLink(connected.Socket, connected.Welcome, environment.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? failed = null;
        List<ReadOnlyMemory<byte>> told = [.. connected.Welcome.IssuingCertificates.Take(IssuingNews.MaxKept).Select(static der => der.Memory)];
        using var context = new SendContext(link, credentials, new KnownIssuing([.. credentials.Issuing, .. told]), Math.Max(told.Count, 1), outbox, book, logBook, alarms, Fail);
        if (connected.Welcome.SeenGeneration >= generation) await DiscardSessionsAsync(connected.Welcome.SeenGeneration, generation, cancellation);
        ClientLog.Connected(log, credentials.Identity.Device, generation);

        var running = link.RunAsync(stop.Token);
        status.Set(ConnectionState.Online, null);
        var inbox = new Inbox(outbox, context, Stored);
        // People come last: whoever waits until they are connected finds all the others at work.
        await Task.WhenAll(
            [running, context.GuardAsync(() => outbox.RunAsync(context), log), inbox.RunAsync(), .. parts.Select(part => context.GuardAsync(() => part.RunAsync(context), log)),
            context.GuardAsync(() => people.RunAsync(context), log)]);
        var end = await running;
        ClientLog.Ended(log, end.Code);
        if (Volatile.Read(ref failed) is { } failure)
            return new AfterConnection.Retry(failure is SqliteException sqlite ? $"The profile cannot be read or written: {StoreFailure.Explain(sqlite)}" : Failed);
        if (cancellation.IsCancellationRequested) return new AfterConnection.AtOnce();
        return await JudgeAsync(end, credentials);

        void Stored(InboxResult result)
        {
            if (result.HasNewContacts) people.ContactsChanged();
            foreach (var part in parts) part.Stored(result);
        }

        void Fail(Exception failure)
        {
            Interlocked.CompareExchange(ref failed, failure, null);
            stop.Cancel();
        }
    }

    // The gateway has seen this generation before: the profile was restored from a copy, whose sessions may have sealed other messages with the same keys since.
    private async Task DiscardSessionsAsync(ulong seen, ulong presented, CancellationToken cancellation)
    {
        ClientLog.Restored(log, seen, presented);
        await database.RunAsync(
            rows =>
            {
                rows.Sending.CloseAll();
                rows.Outbox.UnsealAll();
                rows.Settings.SetNumber(SettingNames.Generation, seen);
            },
            cancellation);
    }

    private async Task<AfterConnection> JudgeAsync(LinkEnd end, Credentials credentials)
    {
        var text = Sentences.Of(end.Text);
        switch (end.Code)
        {
            case CloseCode.LoginRequired:
                await database.RunAsync(static rows => rows.Settings.Set(SettingNames.LoggedOut, []), CancellationToken.None);
                return new AfterConnection.Stop(ConnectionState.LoggedOut, text);
            case CloseCode.DeviceRevoked:
                return new AfterConnection.Stop(ConnectionState.Refused, Sentences.Revoked);
            case CloseCode.AccountDisabled:
                return new AfterConnection.Stop(ConnectionState.Refused, text) { Again = DisabledPause };
            case CloseCode.Version:
                return new AfterConnection.Stop(ConnectionState.Refused, text);
            case CloseCode.Replaced:
                return new AfterConnection.Stop(
                    ConnectionState.Refused, "This device is connected from another place: close the other copy of this profile, then open this one again.");
            case CloseCode.Unspecified:
                return new AfterConnection.Retry($"The connection to the server at {credentials.Address} broke ({end.Text.TrimEnd('.')}). Your messages are kept and go out when it is back.");
            default:
                return new AfterConnection.Retry(text);
        }
    }
}
