using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>
/// A room after its newest commit. Never changed: <see cref="Apply"/> gives the state that follows. Pure, and the same on every device and on the server.
/// </summary>
public sealed class RoomState
{
    /// <summary>The room General: it needs no create commit, every device derives it from its trust anchor; the first to join owns it.</summary>
    /// <param name="anchor">The trust anchor's hash.</param>
    public static RoomState General(Digest anchor) => throw new NotSupportedException();

    /// <summary>The state after a create.</summary>
    public static LedgerOutcome Begin(Commit create) => throw new NotSupportedException();

    public ConversationId Room { get; }

    public ulong Epoch { get; }

    /// <summary>Hash of the newest commit; of General before the first one: its id.</summary>
    public Digest Head { get; }

    public RoomSettings Settings { get; } = null!;

    public bool IsClosed { get; }

    public IReadOnlyDictionary<UserId, RoomRole> Members { get; } = null!;

    public IReadOnlySet<UserId> Invited { get; } = null!;

    /// <summary>Time of the newest commit.</summary>
    public DateTimeOffset Time { get; }

    public LedgerOutcome Apply(Commit commit) => throw new NotSupportedException();

    /// <summary>Why this person may not do this now, as a sentence; null when it may.</summary>
    public string? Refusal(UserId actor, RoomAction action) => throw new NotSupportedException();
}

public abstract record LedgerOutcome
{
    private LedgerOutcome() { }

    public sealed record Advanced(RoomState State) : LedgerOutcome;

    /// <param name="Reason">A sentence.</param>
    public sealed record Refused(LedgerFault Fault, string Reason) : LedgerOutcome;
}
