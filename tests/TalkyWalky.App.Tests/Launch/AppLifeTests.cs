using TalkyWalky.App.Launch;

namespace TalkyWalky.App.Tests.Launch;

public sealed class AppLifeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromMinutes(2);

    private readonly StandInApp _app = new();
    private readonly StoppedClock _clock = new();

    [Fact]
    public async Task LastWindowCloses_EndsTenSecondsLater()
    {
        var end = Begin();
        _app.Show(1);
        await LooksAsync();
        _app.Show(0);
        await LooksAsync();
        _clock.Advance(9 * Second);
        await LooksAsync();
        Assert.False(end.IsCompleted);
        _clock.Advance(2 * Second);
        Assert.Equal(AppEnd.LastWindowClosed, await end.WaitAsync(Patience));
    }

    [Fact]
    public async Task PageIsLoadedAnew_GoesOn()
    {
        var end = Begin();
        foreach (var windows in new[] { 1, 0, 1 })
        {
            _app.Show(windows);
            await LooksAsync();
        }

        _clock.Advance(3600 * Second);
        await LooksAsync();
        Assert.False(end.IsCompleted);
        _app.ChooseQuit();
        Assert.Equal(AppEnd.Quit, await end.WaitAsync(Patience));
    }

    [Fact]
    public async Task NoWindowComes_EndsAfterAMinute()
    {
        _app.StaysInBackground = true;
        var end = Begin();
        _clock.Advance(59 * Second);
        await LooksAsync();
        Assert.False(end.IsCompleted);
        _clock.Advance(2 * Second);
        Assert.Equal(AppEnd.NoWindowCame, await end.WaitAsync(Patience));
    }

    [Fact]
    public async Task Background_GoesOnWithoutWindows()
    {
        _app.StaysInBackground = true;
        var end = Begin();
        _app.Show(1);
        await LooksAsync();
        _app.Show(0);
        await LooksAsync();
        _clock.Advance(3600 * Second);
        await LooksAsync();
        Assert.False(end.IsCompleted);
        _app.ChooseQuit();
        await end.WaitAsync(Patience);
    }

    [Fact]
    public async Task AnotherWindowIsExpected_WaitsForItAndClosesTheOlder()
    {
        var life = new AppLife(_app, _clock, endsWithWindows: true);
        life.Expect(AppLife.UntilWindowComes, replaces: true);
        var end = life.UntilEndAsync(default);
        _app.Show(1);
        await LooksAsync();
        life.Expect(AppLife.UntilWindowComes, replaces: true);
        await LooksAsync();
        _app.Show(2);
        await _app.WindowsChangedAsync(2, default).WaitAsync(Patience);
        Assert.Equal(1, _app.Windows);
        Assert.All(_app.Closings, Assert.True);
        Assert.False(end.IsCompleted);
        _app.Show(0);
        await LooksAsync();
        _clock.Advance(11 * Second);
        await end.WaitAsync(Patience);
    }

    [Fact]
    public async Task NoWindowMode_EndsOnlyByQuittingOrCancellation()
    {
        using var stop = new CancellationTokenSource();
        var end = new AppLife(_app, _clock, endsWithWindows: false).UntilEndAsync(stop.Token);
        _clock.Advance(3600 * Second);
        await LooksAsync();
        Assert.False(end.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end.WaitAsync(Patience));
    }

    private Task<AppEnd> Begin()
    {
        var life = new AppLife(_app, _clock, endsWithWindows: true);
        life.Expect(AppLife.UntilWindowComes, replaces: true);
        return life.UntilEndAsync(default);
    }

    /// <summary>The life has set its alarm by then.</summary>
    private Task LooksAsync() => _app.SeenAsync().WaitAsync(Patience);
}
