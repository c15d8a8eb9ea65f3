using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

/// <summary>A device as a list shows it.</summary>
internal sealed record DeviceEntryLine(
    string Device, string? Name, DeviceStanding Standing, bool This, string KeyFingerprint, DateTimeOffset AddedAt, DateTimeOffset? LastLogin, string? ApprovedBy)
{
    public static DeviceEntryLine Of(DeviceInfo device) => new(
        device.Device.ToString(), device.Name, device.Standing, device.IsThis, device.KeyFingerprint, device.AddedAt, device.LastLogin, device.ApprovedBy?.ToString());
}

internal sealed record PendingLine(PendingBody Pending);

internal sealed record PendingBody(string KeyFingerprint, string Message);

internal sealed record UsedNameLine(string Name, DateTimeOffset Since);

internal sealed record SettingsLine(bool DeliveredReceipts, bool ReadReceipts, bool Typing)
{
    public static SettingsLine Of(OwnAnswer.Settings settings) => new(settings.DeliveredReceipts, settings.ReadReceipts, settings.Typing);
}

internal sealed record DoneLine(bool Done);

internal sealed record ClearedLine(long Cleared);

internal sealed record ExportedLine(string File, long Messages);

internal sealed record AlarmLine(string Alarm);

/// <summary>How an exported history begins; its messages and their number follow.</summary>
internal sealed record HistoryHead(
    string Format, int Version, string Owner, string With, bool IsRoom, DateTimeOffset ExportedAt, DateTimeOffset? From, DateTimeOffset? To);
