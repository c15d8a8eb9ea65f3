using System.Reflection;
using TalkyWalky.App.Api;
using TalkyWalky.App.Live;
using TalkyWalky.Client;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Sessions;

/// <summary>What is known of the profile now.</summary>
internal sealed record Standing(Stage Stage)
{
    public string? Trouble { get; init; }

    public EnrolmentStep? Step { get; init; }

    public string? KeyFingerprint { get; init; }

    public string? Link { get; init; }

    public string? Username { get; init; }

    public SecretPlace SecretPlace { get; init; } = SecretPlace.File;

    public Self? Self { get; init; }

    public ChatStatus? Status { get; init; }

    /// <summary>Another list only when it is different.</summary>
    public IReadOnlyList<Alarm> Alarms { get; init; } = [];

    /// <summary>Another stage: what belonged to the one before is gone.</summary>
    public Standing At(Stage stage, string? trouble = null) => this with { Stage = stage, Trouble = trouble, Step = null, KeyFingerprint = null };
}

/// <summary>Holds the standing and tells every change of it, in the order in which they happened.</summary>
internal sealed class Board(LiveHub hub, WindowSizeTrouble? windowSizeTrouble)
{
    private static readonly string Version = typeof(Board).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly Lock _gate = new();
    private Standing _now = new(Stage.New);

    public Standing Now
    {
        get
        {
            lock (_gate) return _now;
        }
    }

    public StateBody Body => BodyOf(Now);

    public void Change(Func<Standing, Standing> change)
    {
        lock (_gate)
        {
            var next = change(_now);
            if (next == _now) return;
            var isStatusAlone = next == _now with { Status = next.Status } && next.Status?.Connection == _now.Status?.Connection;
            _now = next;
            // The hub's lock is taken inside this one, never the other way round.
            hub.Publish(isStatusAlone ? new LiveEvent.StatusChanged(StatusBody.Of(next.Status!)) : new LiveEvent.StateChanged(BodyOf(next)));
        }
    }

    /// <summary>The state comes first, and every change of it after that.</summary>
    public LiveHub.Listener Listen()
    {
        lock (_gate) return hub.Listen(new LiveEvent.StateChanged(BodyOf(_now)));
    }

    private StateBody BodyOf(Standing now) => new(
        now.Stage, now.Trouble, now.Step, now.KeyFingerprint, now.Link, now.Username, new WindowSizeBody(windowSizeTrouble is null, windowSizeTrouble), now.SecretPlace,
        Version, now.Self is { } self ? SelfLine.From(self) : null, now.Status is { } status ? StatusBody.Of(status) : null, [.. now.Alarms.Select(AlarmBody.Of)]);
}
