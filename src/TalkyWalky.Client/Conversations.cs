using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>A conversation as a person names it.</summary>
/// <param name="Name">A username; of a room its name, or at least the first eight digits of its id.</param>
public sealed record Target(string Name, bool IsRoom)
{
    public static Target Person(string username) => new(username, IsRoom: false);

    public static Target Room(string name) => new(name, IsRoom: true);
}

/// <param name="Unread">Messages of others after the last one read, on whichever device; counted up to 10,000.</param>
/// <param name="ReadUpTo">Place (<see cref="ChatMessage.Position"/>) of the last one read; 0 when none was.</param>
/// <param name="Last">The newest message; null when there is none.</param>
public sealed record ConversationInfo(
    ConversationId Conversation, Target Target, int Unread, bool IsMuted, bool IsClosed, ChatMessage? Last, long ReadUpTo = 0);
