namespace TalkyWalky.Cli.Output;

internal sealed record PendingLine(PendingBody Pending);

internal sealed record PendingBody(string KeyFingerprint, string Message);

internal sealed record DoneLine(bool Done);

internal sealed record ClearedLine(long Cleared);

internal sealed record ExportedLine(string File, long Messages);

/// <param name="File">Where it is now.</param>
/// <param name="Name">What its author called it.</param>
internal sealed record SavedFileLine(string File, string Name, string Type, long Size);

internal sealed record AlarmLine(string Alarm);

/// <param name="Device">The one that it is about, which can be revoked; null when it is about something else.</param>
internal sealed record KeptAlarmLine(long Id, string Alarm, string? Device);
