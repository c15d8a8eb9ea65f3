using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;
using TalkyWalky.App.Live;
using TalkyWalky.Client;

namespace TalkyWalky.App.Sessions;

/// <summary>One log-in, asked again while someone must approve the device.</summary>
internal sealed class LoggingIn(IChat chat, ChatFeed feed, string password, Board board, ClientEnvironment environment)
{
    public async Task<LoginOutcome> AskAsync(CancellationToken cancellation)
    {
        var outcome = await chat.LoginAsync(password, cancellation);
        switch (outcome)
        {
            case LoginOutcome.LoggedIn:
                board.Change(static now => now.At(Stage.Ready));
                await feed.RefreshAsync(cancellation);
                break;
            case LoginOutcome.Pending pending:
                board.Change(now => now.At(Stage.Pending, pending.Why) with { KeyFingerprint = pending.KeyFingerprint });
                break;
        }

        return outcome;
    }

    /// <summary>Asks again until it is decided; the board tells how.</summary>
    public async Task WaitAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await UntilDecidedAsync(pause, stop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            AppLog.LoginFailed(environment.Logs.CreateLogger<LoggingIn>(), failure);
            board.Change(now => now.At(Stage.LoggedOut, Failures.Describe(failure)));
        }
    }

    private async Task UntilDecidedAsync(TimeSpan pause, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Enrolling.Bounded(pause), environment.Time, stop);
            switch (await AskAsync(stop))
            {
                case LoginOutcome.LoggedIn:
                    return;
                case LoginOutcome.Refused refused:
                    board.Change(now => now.At(Stage.LoggedOut, refused.Why));
                    return;
                case LoginOutcome.Pending again:
                    pause = again.RetryAfter;
                    break;
                default:
                    break; // unreachable: asks again
            }
        }
    }
}
