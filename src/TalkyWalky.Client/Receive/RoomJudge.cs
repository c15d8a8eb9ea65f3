using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Receive;

internal abstract record RoomVerdict
{
    private RoomVerdict() { }

    public sealed record Member : RoomVerdict;

    /// <summary>Was in the room when the session began and is not any more.</summary>
    public sealed record AfterRemoval : RoomVerdict;

    /// <summary>The ledger is not known here up to the session's epoch.</summary>
    public sealed record Unknown : RoomVerdict;

    public sealed record Refused(RoomAlarm Alarm) : RoomVerdict;
}

/// <summary>Asks a room's verified ledger what a session is worth: whether it is the same ledger, and whether author and reader are in it.</summary>
internal sealed class RoomJudge(Rows rows, UserId self)
{
    public RoomVerdict Judge(ReceivingSession session)
    {
        if (session.LedgerHead is not { } head) return new RoomVerdict.Member();
        if (rows.Rooms.At(session.Conversation, session.Epoch) is not { } then) return new RoomVerdict.Unknown();
        // The author's device signed this head: another one here means that the two are shown different ledgers.
        if (then.Head != head) return new RoomVerdict.Refused(RoomAlarms.Forked);
        if (!then.Members.ContainsKey(session.SenderUser) || !then.Members.ContainsKey(self)) return new RoomVerdict.Refused(RoomAlarms.Ghost);
        return rows.Rooms.State(session.Conversation)!.Members.ContainsKey(session.SenderUser) ? new RoomVerdict.Member() : new RoomVerdict.AfterRemoval();
    }
}
