using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>Whom the authority tells of changes to devices: the gateway, where one runs in this process.</summary>
/// <param name="Changed">Devices or certificates of this person changed: what is remembered of them is forgotten, who is connected is told. Returns at once.</param>
/// <param name="Ended">This device was revoked: as <paramref name="Changed"/>, and its session ends now. Completes when it has.</param>
/// <param name="StatusReplaced">The store has a newer CRL or tree head. Returns at once.</param>
public sealed record DeviceCallbacks(Action<UserId> Changed, Func<UserId, DeviceId, Task> Ended, Action StatusReplaced)
{
    /// <summary>For a process in which nobody is connected.</summary>
    public static DeviceCallbacks None { get; } = new(static _ => { }, static (_, _) => Task.CompletedTask, static () => { });
}
