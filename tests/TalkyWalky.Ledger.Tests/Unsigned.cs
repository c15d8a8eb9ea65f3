using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>Commits whose token is the bare body: for the rules of rooms, which look at verified commits only and at no signature.</summary>
internal static class Unsigned
{
    public static readonly DateTimeOffset Now = TestAuthority.Now;

    public static Commit Create(UserId actor, RoomSettings settings) => Make(default, 1, default, actor, new RoomAction.Create(settings, RoomsOfTests.Nonce()), Now);

    /// <summary>What an honest device of this person proposes.</summary>
    public static Commit Propose(this RoomState on, UserId actor, RoomAction action, DateTimeOffset? time = null) =>
        Make(on.Room, on.Epoch + 1, on.Head, actor, action, time ?? on.NextTime(Now));

    public static RoomState Advance(this RoomState room, UserId actor, RoomAction action) => room.Advance(room.Propose(actor, action));

    public static Commit Make(ConversationId room, ulong epoch, Digest previous, UserId actor, RoomAction action, DateTimeOffset time)
    {
        // A device of its own for each commit: as with signatures, no two are the same bytes.
        var body = new CommitBody(room, epoch, previous, actor, DeviceId.New(), ActionCodec.Normalise(action), time.ToUnixTimeMilliseconds());
        using var json = new CanonicalJsonWriter();
        body.Write(json);
        return new Commit(room, epoch, previous, actor, body.Device, body.Action, time, json.Written.ToArray());
    }
}
