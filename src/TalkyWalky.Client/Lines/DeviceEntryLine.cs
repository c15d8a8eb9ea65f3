namespace TalkyWalky.Client.Lines;

/// <summary>A device as a list shows it.</summary>
public sealed record DeviceEntryLine(
    string Device, string? Name, DeviceStanding Standing, bool This, string KeyFingerprint, DateTimeOffset AddedAt, DateTimeOffset? LastLogin, string? ApprovedBy)
{
    public static DeviceEntryLine Of(DeviceInfo device) => new(
        device.Device.ToString(), device.Name, device.Standing, device.IsThis, device.KeyFingerprint, device.AddedAt, device.LastLogin, device.ApprovedBy?.ToString());
}
