using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;
using TalkyWalky.App.Http;
using TalkyWalky.App.Live;
using TalkyWalky.Client;
using TalkyWalky.Client.Agent;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Sessions;

/// <summary>The profile over the life of the program: from none, through enrolment, to a chat that is ready, locked or logged out.</summary>
internal sealed class AppSession : IAsyncDisposable
{
    private readonly string _profile;
    private readonly IProfiles _profiles;
    private readonly ClientEnvironment _environment;
    private readonly ProfileSecret _secret;
    private readonly GivenLink _link;
    private readonly LiveHub _hub;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _quit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile IChat? _chat;
    private volatile ChatFeed? _feed;
    private WaitingJob? _job;

    public AppSession(AppOptions options, IProfiles profiles, ClientEnvironment environment, LiveHub hub)
    {
        _profile = options.Profile;
        _profiles = profiles;
        _environment = environment with { Directions = Directions.App };
        _hub = hub;
        _log = environment.Logs.CreateLogger<AppSession>();
        Board = new Board(hub, options.WindowSizeTrouble);
        _secret = new ProfileSecret(options, environment.Time, Board, hub);
        _link = new GivenLink(Board, hub);
        if (options.Link is { } link) PassLink(link);
        Board.Change(now => now with { Username = options.Username });
    }

    public Board Board { get; }

    public Task Quit => _quit.Task;

    /// <summary>The chat, which itself says so when it is logged out.</summary>
    /// <exception cref="NotLoggedInException">There is none yet.</exception>
    public IChat Chat => _chat ?? throw new NotLoggedInException(Board.Now.Stage switch
    {
        Stage.Locked => "The profile is locked; unlock it with its passphrase first.",
        Stage.Broken => Board.Now.Trouble ?? "The profile cannot be opened.",
        _ => "There is no profile yet; register or log in first.",
    });

    /// <summary>Messages were sent, so the outbox may hold more or less.</summary>
    public void StatusIsDue() => _feed?.StatusIsDue();

    public async Task<Answer<Nothing>> AcknowledgeAsync(long alarm, CancellationToken cancellation)
    {
        await Chat.OwnAsync(new OwnRequest.Acknowledge(alarm), cancellation);
        if (_feed is { } feed) await feed.RefreshAlarmsAsync(cancellation);
        return Nothing.Here;
    }

    public void PassLink(string link) => _link.Pass(link);

    public void AskToQuit() => _quit.TrySetResult();

    public async Task StartAsync(CancellationToken cancellation)
    {
        await _secret.LearnPlaceAsync(cancellation);
        if (_profiles.Has(_profile)) await InTurnAsync(() => OpenAsync(null), cancellation);
    }

    /// <param name="passphrase">Null: what is kept, which may be at hand by now.</param>
    public Task<Answer<Nothing>> UnlockAsync(string? passphrase, CancellationToken cancellation) => InTurnAsync<Answer<Nothing>>(
        async () =>
        {
            if (Board.Now.Stage is not (Stage.Locked or Stage.Broken)) return Problem.Refused("The profile is not locked.");
            return await OpenAsync(passphrase) is { } why ? Problem.Refused(why) : Nothing.Here;
        },
        cancellation);

    /// <summary>Begins in the background, or goes on with what was begun; the board tells how it goes.</summary>
    public Task<Answer<Nothing>> EnrolAsync(EnrolmentWish wish, CancellationToken cancellation) => InTurnAsync<Answer<Nothing>>(
        async () =>
        {
            if (Board.Now.Stage is not (Stage.New or Stage.Pending or Stage.Unfinished) || _chat is not null) return Problem.Refused("This profile is enrolled, or is being enrolled.");
            await StopJobAsync();
            if (await _secret.ChooseAsync(wish.Passphrase, _profiles.Has(_profile), cancellation) is { } why) return Problem.Refused(why);
            var enrolling = new Enrolling(_profile, _secret.Known!, wish, _profiles, Board, _environment);
            Board.Change(now => now.At(Stage.Enrolling) with { Link = wish.Registration.Link.ToString(), Username = wish.Registration.User });
            _job = WaitingJob.Start(stop => EnrolAsync(enrolling, stop), _stopping.Token);
            return Nothing.Here;
        },
        cancellation);

    /// <summary>Ends the waiting for an approval, of an enrolment or of a log-in; it can be gone on with.</summary>
    public Task<Answer<Nothing>> StopWaitingAsync(CancellationToken cancellation) => InTurnAsync<Answer<Nothing>>(
        async () =>
        {
            if (Board.Now.Stage is not (Stage.Enrolling or Stage.Pending)) return Problem.Refused("Nothing is waited for.");
            await StopJobAsync();
            // It may have come to its end just before.
            Board.Change(now => now.Stage is Stage.Enrolling or Stage.Pending
                ? now.At(_chat is not null ? Stage.LoggedOut : _profiles.Has(_profile) ? Stage.Unfinished : Stage.New)
                : now);
            return Nothing.Here;
        },
        cancellation);

    public Task<Answer<Nothing>> LoginAsync(string password, CancellationToken cancellation) => InTurnAsync<Answer<Nothing>>(
        async () =>
        {
            if (Board.Now.Stage is Stage.Enrolling || (Board.Now.Stage is Stage.Pending && _chat is null)) return Problem.Refused("This device is not enrolled yet.");
            var login = new LoggingIn(Chat, _feed!, password, Board, _environment);
            await StopJobAsync();
            switch (await login.AskAsync(cancellation))
            {
                case LoginOutcome.LoggedIn:
                    return Nothing.Here;
                case LoginOutcome.Pending pending:
                    _job = WaitingJob.Start(stop => login.WaitAsync(pending.RetryAfter, stop), _stopping.Token);
                    return Nothing.Here;
                case LoginOutcome.Refused refused:
                    return Problem.Refused(refused.Why);
                case LoginOutcome.Unreachable unreachable:
                    return Problem.Unreachable(unreachable.Why);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        },
        cancellation);

    public Task<Answer<Nothing>> LogoutAsync(CancellationToken cancellation) => InTurnAsync<Answer<Nothing>>(
        async () =>
        {
            await Chat.LogoutAsync(cancellation);
            await _feed!.RefreshAsync(cancellation);
            return Nothing.Here;
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _turn.WaitAsync(CancellationToken.None);
        await StopJobAsync();
        await CloseAsync();
        _turn.Dispose();
        _stopping.Dispose();
    }

    private async Task EnrolAsync(Enrolling enrolling, CancellationToken stop)
    {
        if (await enrolling.RunAsync(stop)) await OpenAsync(_secret.Known);
    }

    /// <param name="typed">Null: what is kept.</param>
    /// <returns>Why it stays shut, else null.</returns>
    private async Task<string?> OpenAsync(string? typed)
    {
        try
        {
            await CloseAsync();
            switch (await _profiles.OpenAsync(_profile, _secret.Opening(typed), _environment, _stopping.Token))
            {
                case ChatOpening.Opened opened:
                    await AdoptAsync(opened.Chat);
                    break;
                case ChatOpening.Unfinished:
                    var isKnown = BegunEnrolment.TryRead(_profile, out var link, out var user);
                    Board.Change(now => now.At(Stage.Unfinished) with { Link = isKnown ? link!.ToString() : now.Link, Username = user });
                    break;
                case ChatOpening.WrongPassphrase wrong:
                    // A slip of the fingers is no trouble of the profile's.
                    Board.Change(now => now.At(Stage.Locked, typed is not null ? now.Trouble : _secret.IsAbsent ? null : wrong.Why));
                    return wrong.Why;
                case ChatOpening.NoProfile:
                    Board.Change(static now => now.At(Stage.New));
                    break;
                case ChatOpening.InUse { Why: var why }:
                    return Break(why);
                case ChatOpening.Damaged { Why: var why }:
                    return Break(why);
            }

            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            AppLog.OpeningFailed(_log, failure);
            return Break(Failures.Describe(failure));
        }
    }

    private string Break(string why)
    {
        Board.Change(now => now.At(Stage.Broken, why));
        return why;
    }

    private async Task AdoptAsync(IChat chat)
    {
        _chat = chat;
        var self = await chat.WhoAmIAsync(_stopping.Token);
        var status = await chat.StatusAsync(_stopping.Token);
        var isLoggedOut = status.Connection == ConnectionState.LoggedOut;
        _link.Settle(self);
        Board.Change(now => now.At(isLoggedOut ? Stage.LoggedOut : Stage.Ready, isLoggedOut ? ChatFeed.WhyLoggedOut(status) : null) with
        {
            Self = self, Status = status, Username = self.Username,
        });
        _feed = new ChatFeed(chat, status, Board, _hub, _environment);
    }

    private async Task CloseAsync()
    {
        if (_feed is not null) await _feed.DisposeAsync();
        _feed = null;
        if (_chat is not null) await _chat.DisposeAsync();
        _chat = null;
    }

    private async Task StopJobAsync()
    {
        if (_job is not null) await _job.DisposeAsync();
        _job = null;
    }

    /// <summary>One change of the stage at a time.</summary>
    private async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        await _turn.WaitAsync(either.Token);
        try
        {
            return await act();
        }
        finally
        {
            _turn.Release();
        }
    }
}
