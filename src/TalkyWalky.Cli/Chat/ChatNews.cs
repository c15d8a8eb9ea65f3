using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>Events that are worth a sentence, each once.</summary>
internal sealed class ChatNews
{
    private readonly Dictionary<ConversationId, RoomRank> _ranks = [];
    private readonly HashSet<DeviceId> _asked = [];

    /// <summary>Null when there is nothing to say.</summary>
    public string? Sentence(ChatEvent happened) => happened switch
    {
        ChatEvent.Notice notice => notice.Text,
        ChatEvent.RoomChanged { Room: var room } => OfRoom(room),
        ChatEvent.DevicesChanged { Devices: var devices } when devices.FirstOrDefault(IsNews) is { } pending =>
            $"A new device asks to be let in: {pending.Device.ToString()[..8]}, key {PlainLists.Fingerprint(pending.KeyFingerprint)}. See: talkywalky device approve --help",
        _ => null,
    };

    private bool IsNews(DeviceInfo device) => device.Standing == DeviceStanding.Pending && _asked.Add(device.Device);

    private string? OfRoom(RoomInfo room)
    {
        var isKnown = _ranks.TryGetValue(room.Room, out var before);
        _ranks[room.Room] = room.Own;
        if (isKnown && before == room.Own) return null;
        return room.Own switch
        {
            RoomRank.Invited => $"You are invited to {room.Name}; /join {room.Name} enters it.",
            RoomRank.None when isKnown => $"You are not in {room.Name} any more.",
            _ => null,
        };
    }
}
