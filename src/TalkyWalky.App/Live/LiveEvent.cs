using System.Text.Json.Serialization;
using TalkyWalky.App.Api;

namespace TalkyWalky.App.Live;

/// <summary>What windows and bots are told as it happens.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StateChanged), "state")]
[JsonDerivedType(typeof(MessageCame), "message")]
[JsonDerivedType(typeof(MessageChanged), "messageState")]
[JsonDerivedType(typeof(StatusChanged), "status")]
[JsonDerivedType(typeof(PresenceChanged), "presence")]
[JsonDerivedType(typeof(RoomChanged), "room")]
[JsonDerivedType(typeof(ConversationChanged), "conversation")]
[JsonDerivedType(typeof(TypingNow), "typing")]
[JsonDerivedType(typeof(DevicesChanged), "devices")]
[JsonDerivedType(typeof(Notice), "notice")]
[JsonDerivedType(typeof(Alarm), "alarm")]
[JsonDerivedType(typeof(SettingsChanged), "settings")]
[JsonDerivedType(typeof(HistoryCleared), "cleared")]
[JsonDerivedType(typeof(MessageDiscarded), "discarded")]
[JsonDerivedType(typeof(Close), "close")]
internal abstract record LiveEvent
{
    private LiveEvent() { }

    /// <summary>First on every connection, and after each change of stage or connection.</summary>
    public sealed record StateChanged(StateBody State) : LiveEvent;

    public sealed record MessageCame(MessageLine Message) : LiveEvent;

    /// <summary>An own message changed its state.</summary>
    public sealed record MessageChanged(MessageLine Message) : LiveEvent;

    public sealed record StatusChanged(StatusBody Status) : LiveEvent;

    public sealed record PresenceChanged(PersonLine Person) : LiveEvent;

    public sealed record RoomChanged(RoomLine Room) : LiveEvent;

    public sealed record ConversationChanged(ConversationLine Conversation) : LiveEvent;

    /// <param name="Conversation">person/USERNAME or room/ID.</param>
    public sealed record TypingNow(string Conversation, string From) : LiveEvent;

    public sealed record DevicesChanged(IReadOnlyList<DeviceEntryLine> Devices) : LiveEvent;

    public sealed record Notice(string Text) : LiveEvent;

    /// <summary>The state holds it too, until it is acknowledged.</summary>
    public sealed record Alarm(long Id, string Text, AddedBody? Added) : LiveEvent;

    public sealed record SettingsChanged(SettingsBody Settings) : LiveEvent;

    /// <param name="Conversation">Null: all.</param>
    public sealed record HistoryCleared(string? Conversation) : LiveEvent;

    /// <summary>A refused message was taken out of the history.</summary>
    public sealed record MessageDiscarded(string Conversation, string Message) : LiveEvent;

    /// <summary>The window is replaced by another one, or the program ends.</summary>
    public sealed record Close : LiveEvent;
}
