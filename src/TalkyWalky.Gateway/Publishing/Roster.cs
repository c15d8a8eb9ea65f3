using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>One person's devices as authorisation needs them.</summary>
internal sealed class Roster(UserId user, bool isEnabled, Dictionary<DeviceId, RosterDevice> devices, DateTimeOffset loadedAt)
{
    public UserId User { get; } = user;

    public bool IsEnabled { get; } = isEnabled;

    public Dictionary<DeviceId, RosterDevice> Devices { get; } = devices;

    public DateTimeOffset LoadedAt { get; } = loadedAt;
}

/// <param name="ListedUntil">When the first of its certificates expires; null when it is not listed at all.</param>
internal readonly record struct RosterDevice(DeviceState State, DateTimeOffset? ListedUntil)
{
    /// <summary>A message must name it.</summary>
    public bool MustReceive(DateTimeOffset now) => ListedUntil > now + GatewayTimes.ClockSkew;

    /// <summary>A message may name it: around its expiry the sender's clock decides.</summary>
    public bool MayReceive(DateTimeOffset now) => ListedUntil > now - GatewayTimes.ClockSkew;
}
