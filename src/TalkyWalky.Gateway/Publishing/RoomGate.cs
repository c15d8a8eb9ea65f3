using TalkyWalky.Gateway.Rooms;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Ledger;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>Decides on one publish to a room: from memory when it may pass, from the engines before it is refused.</summary>
internal sealed class RoomGate(RoomLedgers ledgers, RoomRosters rosters, TimeProvider time)
{
    public async ValueTask<Refusal> DecideAsync(Session sender, CheckedPublish publish, CancellationToken cancellation)
    {
        var room = await ledgers.GetAsync(publish.Conversation, cancellation);
        var refusal = await JudgeAsync(sender, publish, room, GatewayTimes.RosterLife, cancellation);
        if (!refusal.IsSet) return refusal;
        room = await ledgers.RefreshAsync(publish.Conversation, cancellation);
        return await JudgeAsync(sender, publish, room, GatewayTimes.RoomRosterRest, cancellation);
    }

    private async ValueTask<Refusal> JudgeAsync(Session sender, CheckedPublish publish, RoomState? room, TimeSpan age, CancellationToken cancellation)
    {
        var refusal = RoomRules.JudgeRoom(publish, room, sender.User);
        if (refusal.IsSet) return refusal;
        return RoomRules.JudgeDevices(publish, sender.Device, await rosters.GetAsync(room!, age, cancellation), time.GetUtcNow());
    }
}
