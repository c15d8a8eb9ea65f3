using TalkyWalky.App.Api;
using TalkyWalky.Client;

namespace TalkyWalky.App.Live;

/// <summary>The engine's events as windows are told them.</summary>
internal static class LiveEvents
{
    /// <summary>Null for a change of the connection: that is told with the state.</summary>
    public static LiveEvent? Of(ChatEvent happening) => happening switch
    {
        ChatEvent.Received received => new LiveEvent.MessageCame(MessageLine.Of(received.Message)),
        ChatEvent.StateChanged changed => new LiveEvent.MessageChanged(MessageLine.Of(changed.Message)),
        ChatEvent.PresenceChanged presence => new LiveEvent.PresenceChanged(PersonLine.From(presence.Person)),
        ChatEvent.Notice notice => new LiveEvent.Notice(notice.Text),
        ChatEvent.Alarm alarm => new LiveEvent.Alarm(alarm.Id, alarm.Text, AddedBody.Of(alarm.Added)),
        ChatEvent.RoomChanged room => new LiveEvent.RoomChanged(RoomLine.Of(room.Room)),
        ChatEvent.ConversationChanged changed => new LiveEvent.ConversationChanged(ConversationLine.Of(changed.Conversation)),
        ChatEvent.Typing typing => new LiveEvent.TypingNow(Names.Key(typing.In, typing.Conversation.ToString()), typing.From),
        ChatEvent.DevicesChanged devices => new LiveEvent.DevicesChanged([.. devices.Devices.Select(DeviceEntryLine.Of)]),
        _ => null,
    };
}
