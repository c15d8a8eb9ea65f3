namespace TalkyWalky.Load.Reporting;

/// <summary>What was asked and not measured.</summary>
/// <param name="Peer">Null: every one. So for the others.</param>
internal sealed record Skip(string? Peer, IReadOnlyList<string>? Rows, string? Transport, string Why)
{
    public bool Concerns(Goal goal) =>
        (Peer is null || Peer == "ours" || Peer == goal.Peer) && (Rows is null || Rows.Contains(goal.Row, StringComparer.Ordinal)) && (Transport is null || Transport == goal.Transport);

    public override string ToString() => $"{string.Join(", ", new[] { Peer, Rows is null ? null : string.Join(" and ", Rows), Transport }.Where(static part => part is not null))} was not measured: {Why}";
}
