namespace TalkyWalky.Cli.Output;

/// <param name="User">Id of the person whom it concerns; null for none or an unknown one.</param>
/// <param name="Username">As certified last before it.</param>
internal sealed record LogEntryLine(ulong Index, DateTimeOffset Time, string Kind, string? User, string? Username, string Text);

internal sealed record LogHeadLine(ulong Size, string Root, DateTimeOffset Time);

internal sealed record EvidenceLine(bool Proven, string Text);
