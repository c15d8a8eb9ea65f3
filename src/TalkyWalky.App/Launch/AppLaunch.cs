using TalkyWalky.Client;

namespace TalkyWalky.App.Launch;

/// <param name="Profile">Full path.</param>
/// <param name="Link">A join link, checked, or null.</param>
/// <param name="OpensWindow">Else the address is told and nothing opened.</param>
/// <param name="Variable">An environment variable, null when unset.</param>
public sealed record LaunchWish(string Profile, string? Link, bool OpensWindow, Func<string, string?> Variable)
{
    /// <summary>Whom the first start is for, or null.</summary>
    public string? Username { get; init; }
}

/// <summary>How the launcher speaks to the person who started the program. Called from several tasks, one call at a time from each.</summary>
public interface ILaunchVoice
{
    /// <param name="entrance">Lets one browser in, once.</param>
    /// <param name="isRunning">Another process runs the app; this one ends now.</param>
    Task AddressAsync(Uri entrance, bool isRunning);

    Task OpenedAsync(bool isRunning);

    Task NoteAsync(string sentence);
}

public abstract record LaunchOutcome
{
    private LaunchOutcome() { }

    /// <summary>The app ran and ended as it should, or another process has it and did what was asked.</summary>
    public sealed record Done : LaunchOutcome;

    /// <param name="Why">A sentence that says what to do.</param>
    public sealed record Failed(string Why) : LaunchOutcome;
}

/// <summary>Runs the app of a profile in this process, or finds the process that does.</summary>
public static class AppLaunch
{
    /// <summary>Ends with the app. Cancellation is a clean goodbye, then throws.</summary>
    public static async Task<LaunchOutcome> RunAsync(LaunchWish wish, ILaunchVoice voice, ClientEnvironment environment, CancellationToken cancellation)
    {
        var here = Surroundings.Here(wish.Variable);
        switch (await AppDoor.EnterAsync(wish.Profile, Call(wish), environment.Time, cancellation))
        {
            case Doorstep.Ours ours:
                await using (ours.Door) return await RunAsync(wish, voice, here, ours.Door, environment, cancellation);
            case Doorstep.Theirs { Answer: var answer }:
                return await TellAsync(answer, voice);
            case Doorstep.Stuck stuck:
                return new LaunchOutcome.Failed(stuck.Why);
            default:
                throw new InvalidOperationException("unknown doorstep");
        }
    }

    private static AppCall Call(LaunchWish wish) => new(wish.OpensWindow ? AppWish.Window : AppWish.Address)
    {
        Link = wish.Link,
        Display = BrowserCommand.DisplayVariables.Where(name => wish.Variable(name) is { Length: > 0 })
            .ToDictionary(static name => name, name => wish.Variable(name)!, StringComparer.Ordinal),
    };

    private static async Task<LaunchOutcome> TellAsync(AppAnswer answer, ILaunchVoice voice)
    {
        if (answer.Why is { } why) return new LaunchOutcome.Failed(why);
        if (answer.Warning is { } warning) await voice.NoteAsync(warning);
        if (answer.Address is { } address) await voice.AddressAsync(new Uri(address), isRunning: true);
        else await voice.OpenedAsync(isRunning: true);
        return new LaunchOutcome.Done();
    }

    private static async Task<LaunchOutcome> RunAsync(
        LaunchWish wish, ILaunchVoice voice, Surroundings here, AppDoor door, ClientEnvironment environment, CancellationToken cancellation)
    {
        var options = new AppOptions(wish.Profile, wish.Link, wish.Variable)
        {
            Username = wish.Username,
            WindowSizeTrouble = TroubleOf(wish, here),
        };
        await using var app = await AppServer.StartAsync(options, environment, cancellation);
        return await RunAsync(app, wish, voice, here, door, environment, cancellation);
    }

    internal static WindowSizeTrouble? TroubleOf(LaunchWish wish, Surroundings here) =>
        !wish.OpensWindow || !here.HasDisplay ? WindowSizeTrouble.NoWindow
        : BrowserSearch.Find(here) is Browser.AppWindow ? null
        : WindowSizeTrouble.DefaultBrowser;

    internal static async Task<LaunchOutcome> RunAsync(
        IServedApp app, LaunchWish wish, ILaunchVoice voice, Surroundings here, AppDoor door, ClientEnvironment environment, CancellationToken cancellation)
    {
        var hasDisplay = wish.OpensWindow && here.HasDisplay;
        var life = new AppLife(app, environment.Time, endsWithWindows: hasDisplay);
        await using var opener = new WindowOpener(app, life, voice, wish.Profile, here, environment);
        door.Serve(opener.AnswerAsync, environment);
        try
        {
            await ShowAsync(app, wish, voice, opener);
            await app.Opened.WaitAsync(cancellation);
            return await life.UntilEndAsync(cancellation) == AppEnd.NoWindowCame
                ? new LaunchOutcome.Failed(
                    $"no window came within a minute; name another browser in {BrowserSearch.Variable}, or run: talkywalky open --no-window")
                : new LaunchOutcome.Done();
        }
        finally
        {
            await door.StopAsync();
            await app.CloseWindowsAsync(exceptNewest: false);
        }
    }

    private static async Task ShowAsync(IServedApp app, LaunchWish wish, ILaunchVoice voice, WindowOpener opener)
    {
        if (!wish.OpensWindow)
        {
            await voice.AddressAsync(app.NewEntrance(), isRunning: false);
            return;
        }

        switch (opener.Open())
        {
            case Opening.Started started:
                if (started.Warning is { } warning) await voice.NoteAsync(warning);
                await voice.OpenedAsync(isRunning: false);
                break;
            case Opening.Impossible impossible:
                await voice.NoteAsync(impossible.Why);
                await voice.AddressAsync(app.NewEntrance(), isRunning: false);
                break;
        }
    }
}
