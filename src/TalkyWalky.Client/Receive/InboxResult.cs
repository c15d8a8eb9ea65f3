using TalkyWalky.Client.Rooms;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Receive;

/// <summary>What a batch of deliveries came to, for those to tell after it is stored.</summary>
internal sealed class InboxResult
{
    public List<(UserId Author, MessageId Message)> Own { get; } = [];

    public List<ChatMessage> Changed { get; } = [];

    public List<string> Notices { get; } = [];

    public List<GrantAsk> Asks { get; } = [];

    public bool HasArrivals { get; set; }

    public bool HasReceipts { get; set; }

    public bool HasPending { get; set; }

    /// <summary>Grants came that the log must prove before what they bring is opened.</summary>
    public bool HasClaims { get; set; }

    public bool HasNewContacts { get; set; }

    /// <summary>What was missed came, or the next page of it is due.</summary>
    public bool HasBackfill { get; set; }

    /// <summary>Contacts with something new to send.</summary>
    public HashSet<long> Pokes { get; } = [];

    /// <summary>Contacts whose conversation looks different: unread, muted, closed.</summary>
    public HashSet<long> Conversations { get; } = [];

    /// <summary>What rooms were caught at, each once.</summary>
    public HashSet<(ConversationId Room, RoomAlarm Alarm)> Alarms { get; } = [];
}

/// <summary>A verified request of another device for its slice of a session.</summary>
internal sealed record GrantAsk(SessionId Session, ConversationId Conversation, DeviceId Device);
