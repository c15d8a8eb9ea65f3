using TalkyWalky.Engines;

namespace TalkyWalky.Authority;

/// <summary>What an administrator's act on a device came to.</summary>
public abstract record DeviceChange
{
    private DeviceChange() { }

    /// <param name="Device">As it is now.</param>
    public sealed record Done(DeviceRecord Device) : DeviceChange;

    /// <param name="Why">A sentence that says what to do.</param>
    public sealed record Refused(string Why) : DeviceChange;
}
