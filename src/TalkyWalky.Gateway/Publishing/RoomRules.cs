using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Publishing;

/// <summary>
/// Who may publish what to whom in a room (docs/protocol.md section 8). Pure. What the ledger says is judged first: a stranger's publish costs no look at devices.
/// </summary>
internal static class RoomRules
{
    /// <returns>A refusal that is not set when the room lets this person publish this.</returns>
    public static Refusal JudgeRoom(CheckedPublish publish, RoomState? room, UserId sender)
    {
        if (room is null || !room.Members.ContainsKey(sender)) return Refusal.NoRoom;

        // A grant is given again long after its messages, also when the room has moved on or was closed.
        var isMessage = publish.Kind == EnvelopeKind.Message;
        if (isMessage && room.IsClosed) return Refusal.NotAllowed("this room is closed; nothing more can be sent to it");
        return publish.Epoch > room.Epoch || (isMessage && publish.Epoch < room.Epoch) ? Refusal.EpochChanged : default;
    }

    /// <param name="roster">The devices of the room's members.</param>
    /// <returns>A refusal that is not set when these are devices that may, and for a message all that must, receive it.</returns>
    public static Refusal JudgeDevices(CheckedPublish publish, DeviceId sendingDevice, RoomRoster roster, DateTimeOffset now)
    {
        var named = 0; // of those that must be: no device is named twice
        foreach (var recipient in publish.Recipients)
        {
            if (recipient.Device == sendingDevice) return Refusal.Malformed("a publish does not name the device that sends it");
            if (!roster.Devices.TryGetValue(recipient.Device, out var listed) || !listed.MayReceive(now)) return Refusal.DevicesChanged;
            if (listed.MustReceive(now)) named++;
        }

        if (publish.Kind != EnvelopeKind.Message) return default;
        var must = roster.Devices.Count(pair => pair.Value.MustReceive(now) && pair.Key != sendingDevice);
        if (named < must) return Refusal.DevicesChanged;
        return publish.Recipients.Length == 0 ? Refusal.NobodyElse : default;
    }
}
