using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;
using TalkyWalky.App.Sessions;
using TalkyWalky.Client;

namespace TalkyWalky.App.Live;

/// <summary>Reads the events of one chat, once for all windows, and keeps the board's status true. It ends with the chat, or when it is disposed of.</summary>
internal sealed class ChatFeed : IAsyncDisposable
{
    /// <summary>While the chat is locked its events cannot be read; another program may log in.</summary>
    private static readonly TimeSpan LockedPause = TimeSpan.FromSeconds(1);

    /// <summary>A burst of messages makes one status.</summary>
    private static readonly TimeSpan StatusPause = TimeSpan.FromMilliseconds(100);

    private static readonly string PlainLogOut = new NotLoggedInException().Message;

    private readonly IChat _chat;
    private readonly Board _board;
    private readonly LiveHub _hub;
    private readonly ClientEnvironment _environment;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _reading, _watching;

    public ChatFeed(IChat chat, ChatStatus first, Board board, LiveHub hub, ClientEnvironment environment)
    {
        _chat = chat;
        _board = board;
        _hub = hub;
        _environment = environment;
        _log = environment.Logs.CreateLogger<ChatFeed>();
        _reading = GuardAsync(() => ReadAsync(first.Newest));
        _watching = GuardAsync(WatchAsync);
    }

    /// <summary>The status may have changed; it is told soon.</summary>
    public void StatusIsDue() => _due.Writer.TryWrite(true);

    /// <summary>Asks for the status and brings the board up to date, also from locked to ready and back.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var status = await _chat.StatusAsync(cancellation);
        _board.Change(now => Follow(now, status) with { Status = status });
    }

    public async Task RefreshAlarmsAsync(CancellationToken cancellation)
    {
        if (await _chat.OwnAsync(new OwnRequest.Alarms(), cancellation) is not OwnAnswer.Alarms { Kept: var kept }) throw new System.Diagnostics.UnreachableException();
        _board.Change(now => now.Alarms.SequenceEqual(kept) ? now : now with { Alarms = kept });
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_reading, _watching);
        _stopping.Dispose();
    }

    /// <summary>What the server or the disk said; null when the person logged out.</summary>
    public static string? WhyLoggedOut(ChatStatus status) => string.Equals(status.Trouble, PlainLogOut, StringComparison.Ordinal) ? null : status.Trouble;

    private static Standing Follow(Standing now, ChatStatus status) => (now.Stage, status.Connection) switch
    {
        (Stage.Ready, ConnectionState.LoggedOut) => now.At(Stage.LoggedOut, WhyLoggedOut(status)),
        (Stage.LoggedOut, not ConnectionState.LoggedOut) => now.At(Stage.Ready),
        _ => now,
    };

    private async Task ReadAsync(long sequence)
    {
        while (true)
        {
            try
            {
                await RefreshAlarmsAsync(_stopping.Token);
                await foreach (var happening in _chat.EventsAsync(sequence, _stopping.Token))
                {
                    if (happening is ChatEvent.Received { Message.Sequence: var arrived }) sequence = Math.Max(sequence, arrived);
                    if (happening is ChatEvent.ConnectionChanged) await RefreshAsync(_stopping.Token);
                    else Tell(happening);
                    if (happening is ChatEvent.Alarm or ChatEvent.DevicesChanged) await RefreshAlarmsAsync(_stopping.Token);
                }

                return;
            }
            catch (NotLoggedInException)
            {
                await Task.Delay(LockedPause, _environment.Time, _stopping.Token);
                await RefreshAsync(_stopping.Token);
            }
        }
    }

    private void Tell(ChatEvent happening)
    {
        var live = LiveEvents.Of(happening);
        if (live is LiveEvent.Notice) _hub.Tell(live);
        else if (live is not null) _hub.Publish(live);
        if (happening is ChatEvent.Received or ChatEvent.StateChanged) StatusIsDue();
    }

    private async Task WatchAsync()
    {
        await foreach (var _ in _due.Reader.ReadAllAsync(_stopping.Token))
        {
            await RefreshAsync(_stopping.Token);
            await Task.Delay(StatusPause, _environment.Time, _stopping.Token);
        }
    }

    private async Task GuardAsync(Func<Task> run)
    {
        await Task.Yield();
        try
        {
            await run();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed of.
        }
        catch (Exception failure)
        {
            // Another program owned the profile and ended, or the disk failed: nothing works any more.
            AppLog.FeedFailed(_log, failure);
            _board.Change(now => now.At(Stage.Broken, Failures.Describe(failure)));
        }
    }
}
