using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;

namespace TalkyWalky.Server.Sync;

/// <summary>Asks the directory again and again whether anything moved, and runs a pass when it did; in any case every minute, since an account may expire without a change.</summary>
internal sealed class DirectoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Between two alarms about the same people.</summary>
    private static readonly TimeSpan AlarmRest = TimeSpan.FromMinutes(5);

    private readonly ISharedDirectory _directory;
    private readonly DirectorySync _sync;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watching;

    private string? _mark;
    private long? _passedAt;
    private bool _isAway;
    private (long At, int Leavers)? _alarm;

    public DirectoryWatch(ISharedDirectory directory, DirectorySync sync, TimeSpan interval, TimeProvider time, ILogger log)
    {
        (_directory, _sync, _interval, _time, _log) = (directory, sync, interval, time, log);
        _watching = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            await LookAsync(stop);
            // A large directory that changes all the time shall not be read all the time.
            var rest = _time.GetElapsedTime(began);
            await Task.Delay(rest > _interval ? rest : _interval, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            // Asked before the pass: what changes during it moves the mark again.
            var mark = await _directory.ChangeMarkAsync(stop);
            var now = _time.GetTimestamp();
            if (!_isAway && mark is not null && string.Equals(mark, _mark, StringComparison.Ordinal) && _passedAt is { } passed && _time.GetElapsedTime(passed) < Longest) return;
            var outcome = await _sync.RunAsync(confirmed: 0, stop);
            (_mark, _passedAt) = (mark, now);
            Report(outcome, now);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (EngineException failed)
        {
            // Nobody is ended for a directory that is away.
            if (!_isAway) SyncLog.Away(_log, failed.Message);
            _isAway = true;
        }
        catch (Exception failed)
        {
            SyncLog.Failed(_log, failed);
        }
    }

    private void Report(SyncOutcome outcome, long now)
    {
        if (_isAway) SyncLog.Back(_log);
        _isAway = false;
        if (outcome is not SyncOutcome.Held { Findings: var findings })
        {
            if (_alarm is not null) SyncLog.AlarmOver(_log);
            _alarm = null;
            return;
        }

        if (_alarm is { } last && last.Leavers == findings.Leavers.Count && _time.GetElapsedTime(last.At) < AlarmRest) return;
        SyncLog.Held(_log, findings.Leavers.Count, findings.People);
        _alarm = (now, findings.Leavers.Count);
    }
}
