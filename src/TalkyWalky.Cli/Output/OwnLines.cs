namespace TalkyWalky.Cli.Output;

internal sealed record PendingLine(PendingBody Pending);

internal sealed record PendingBody(string KeyFingerprint, string Message);

internal sealed record DoneLine(bool Done);

internal sealed record ClearedLine(long Cleared);

internal sealed record ExportedLine(string File, long Messages);

internal sealed record AlarmLine(string Alarm);
