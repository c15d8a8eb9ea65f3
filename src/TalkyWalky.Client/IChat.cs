using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>
/// What a user interface can ask of a profile. <c>LocalChat</c> answers in the process that owns the profile, <c>AgentChat</c> asks that process over
/// PROFILE/agent.sock; callers cannot tell them apart.
/// </summary>
public interface IChat : IAsyncDisposable
{
    Task<Self> WhoAmIAsync(CancellationToken cancellation);

    Task<ChatStatus> StatusAsync(CancellationToken cancellation);

    /// <summary>People by username. From the server when reachable, else those known here with presence unknown.</summary>
    Task<IReadOnlyList<PersonInfo>> UsersAsync(bool activeOnly, CancellationToken cancellation);

    /// <summary>
    /// Keeps the text durably, then waits until the gateway accepted it, refused it or is found unreachable. The caller names the message: asked again with an
    /// <paramref name="id"/> that is kept already, it reports the fate of that message and sends nothing twice, so an unknown outcome is safe to repeat.
    /// </summary>
    Task<SendOutcome> SendAsync(MessageId id, Target to, string text, CancellationToken cancellation);

    /// <summary>As <see cref="SendAsync"/>, but answers as soon as the text is kept durably: <see cref="SendOutcome.Queued"/>, or its fate when that is known already. What becomes of it
    /// is told by <see cref="ChatEvent.StateChanged"/>.</summary>
    Task<SendOutcome> KeepAsync(MessageId id, Target to, string text, CancellationToken cancellation);

    /// <summary>As <see cref="SendAsync"/>, for a file.</summary>
    Task<SendOutcome> SendFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation);

    /// <summary>As <see cref="KeepAsync"/>, for a file.</summary>
    Task<SendOutcome> KeepFileAsync(MessageId id, Target to, OutgoingFile file, CancellationToken cancellation);

    /// <summary>The bytes of the file message at a place (<see cref="ChatMessage.Position"/>), whole and checked against its digest.</summary>
    Task<FileAnswer> FileAsync(Target of, long position, CancellationToken cancellation);

    /// <summary>The newest messages of a conversation, oldest first; those before <paramref name="before"/> (a <see cref="ChatMessage.Position"/>) when given. A page holds at most 1,000: ask for more
    /// with the position of its first message. What arrives meanwhile does not move what is on other pages.</summary>
    Task<IReadOnlyList<ChatMessage>> HistoryAsync(Target of, int limit, long? before, CancellationToken cancellation);

    /// <summary>The oldest messages of a conversation after <paramref name="after"/> (a <see cref="ChatMessage.Position"/>; 0: from the first on), oldest first. A page holds at
    /// most 1,000.</summary>
    Task<IReadOnlyList<ChatMessage>> HistoryAfterAsync(Target of, int limit, long after, CancellationToken cancellation);

    /// <summary>Every conversation of this profile that is not closed, the one with the newest message first.</summary>
    Task<IReadOnlyList<ConversationInfo>> ConversationsAsync(CancellationToken cancellation);

    Task<RoomAnswer> RoomAsync(RoomRequest request, CancellationToken cancellation);

    Task<DeviceAnswer> DeviceAsync(DeviceRequest request, CancellationToken cancellation);

    /// <summary>The person's own names, settings, read state and history.</summary>
    Task<OwnAnswer> OwnAsync(OwnRequest request, CancellationToken cancellation);

    /// <summary>Direct mode: two devices, no server between them. What is written goes that way while there is no server.</summary>
    Task<DirectAnswer> DirectAsync(DirectRequest request, CancellationToken cancellation);

    /// <summary>What is known here of the transparency log, with leaves from an index on.</summary>
    Task<LogAnswer> LogAsync(ulong start, CancellationToken cancellation);

    /// <summary>Tells those who are connected that the person is typing. Call it on each key; it is told every few seconds at most, and lost when it cannot be told.</summary>
    Task TypingAsync(Target to, CancellationToken cancellation);

    /// <summary>Messages received after <paramref name="sequence"/> in order of arrival, then live events, until cancelled.</summary>
    IAsyncEnumerable<ChatEvent> EventsAsync(long sequence, CancellationToken cancellation);

    Task<LoginOutcome> LoginAsync(string password, CancellationToken cancellation);

    /// <summary>Disconnects and locks: chat commands answer "not logged in" until the next log-in.</summary>
    Task LogoutAsync(CancellationToken cancellation);

    /// <summary>PEM: identity, encryption, issuing certificates, in this order.</summary>
    Task<string> DevicePemAsync(CancellationToken cancellation);

    Task SetAwayAsync(bool away, CancellationToken cancellation);
}

/// <param name="Fingerprint">SHA-256 of the identity certificate, hex.</param>
/// <param name="JoinLink">For those who shall come to the same server; it holds no invitation.</param>
public sealed record Self(
    UserId User, string Username, string Organisation, string Domain, DeviceId Device, string Fingerprint, DateTimeOffset CertificateNotAfter, string Gateway, string Profile,
    string JoinLink);

public enum ConnectionState
{
    Offline,
    Connecting,
    Online,
    LoggedOut,
    Refused,
}

/// <param name="Trouble">A sentence when something is wrong, else null.</param>
/// <param name="Outbox">Messages not yet accepted by the gateway.</param>
/// <param name="Pending">Received messages that wait for their session's key.</param>
/// <param name="Newest"><see cref="ChatMessage.Sequence"/> of the last message received: who wants only what comes from now on listens from there.</param>
/// <param name="IsAway">The person shows as away.</param>
public sealed record ChatStatus(ConnectionState Connection, string? Trouble, int Outbox, int Pending, long Messages, long Newest = 0, bool IsAway = false);

public enum PersonPresence
{
    Unknown,
    Offline,
    Away,
    Online,
}

/// <param name="Name">What the person wants to be called: show it beside the username where they differ; null when the person did not say.</param>
public sealed record PersonInfo(UserId User, string Username, string FullName, PersonPresence Presence, DateTimeOffset? LastSeen, string? Name = null);

public enum MessageState
{
    /// <summary>Kept here, not yet accepted by the gateway.</summary>
    Queued,

    /// <summary>The gateway holds it durably, or the device at the other end of a direct connection.</summary>
    Sent,

    /// <summary>A device of the addressee stored it; in a room, of every member who gives receipts and was to get it.</summary>
    Delivered,

    /// <summary>Refused for good; <see cref="ChatMessage.Trouble"/> says why.</summary>
    Failed,

    /// <summary>Came from someone else.</summary>
    Received,

    /// <summary>The addressee has seen it; in a room, every member who says so.</summary>
    Read,
}

/// <param name="Sequence">Order of arrival here, rising; 0 for own messages.</param>
/// <param name="Position">Place in the conversation.</param>
/// <param name="From">Username as the verified certificate says.</param>
/// <param name="FromName">What the author wants to be called, where that differs from the username.</param>
/// <param name="With">Username of the other person of the conversation, or the name of the room.</param>
/// <param name="IsRoom">The conversation is a room.</param>
/// <param name="Verified">The author's certificate and signature were verified. Nothing else is ever shown.</param>
/// <param name="GapBefore">A message is missing before this one.</param>
/// <param name="File">The message is this file; <paramref name="Text"/> is its name then.</param>
public sealed record ChatMessage(
    MessageId Id, ConversationId Conversation, string With, string From, bool Mine, string Text, DateTimeOffset SentAt, DateTimeOffset? ReceivedAt,
    MessageState State, bool Verified, bool GapBefore, string? Trouble, long Sequence, long Position, bool IsRoom = false, string? FromName = null,
    SharedFile? File = null);

public abstract record SendOutcome
{
    private SendOutcome() { }

    /// <summary>Durable at the gateway, or at the other end of a direct connection.</summary>
    public sealed record Sent(ChatMessage Message) : SendOutcome;

    /// <summary>Kept in the outbox; it goes out when the server is back.</summary>
    public sealed record Queued(ChatMessage Message, string Why) : SendOutcome;

    public sealed record Refused(string Why) : SendOutcome;

    public sealed record NotLoggedIn(string Why) : SendOutcome;
}

public abstract record LoginOutcome
{
    private LoginOutcome() { }

    public sealed record LoggedIn : LoginOutcome;

    /// <summary>The password is right, but this device was away until its certificate expired: someone must let it in again. Log in again to go on.</summary>
    /// <param name="KeyFingerprint">SHA-256 of this device's identity key, hex: who approves sees the same (<see cref="DeviceInfo.KeyFingerprint"/>).</param>
    public sealed record Pending(string Why, TimeSpan RetryAfter, string KeyFingerprint) : LoginOutcome;

    public sealed record Refused(string Why) : LoginOutcome;

    public sealed record Unreachable(string Why) : LoginOutcome;
}

public abstract record ChatEvent
{
    private ChatEvent() { }

    public sealed record Received(ChatMessage Message) : ChatEvent;

    /// <summary>An own message changed its state; or the last part of a file came later than its message, and it is here now.</summary>
    public sealed record StateChanged(ChatMessage Message) : ChatEvent;

    public sealed record PresenceChanged(PersonInfo Person) : ChatEvent;

    public sealed record ConnectionChanged(ConnectionState State, string? Trouble) : ChatEvent;

    /// <summary>Something a person should know, as a sentence: messages dropped by a full mailbox, a broken chain.</summary>
    public sealed record Notice(string Text) : ChatEvent;

    /// <summary>Somebody tampers, or seems to: a forked ledger, a ghost, commits withheld. A sentence that says what to do. It is kept until <see cref="OwnRequest.Acknowledge"/>.</summary>
    public sealed record Alarm(long Id, string Text, AddedDevice? Added = null) : ChatEvent;

    /// <summary>A room came, changed or went, or its members did.</summary>
    public sealed record RoomChanged(RoomInfo Room) : ChatEvent;

    /// <summary>Unread count, mute, closing or newest message of a conversation changed, here or on another device of this person; or this person came into a room or went.</summary>
    public sealed record ConversationChanged(ConversationInfo Conversation) : ChatEvent;

    /// <summary>Transient: someone is typing right now. It holds for six seconds.</summary>
    /// <param name="In">The conversation; a person stands for the direct one with him.</param>
    /// <param name="Conversation">Its id: rooms may share a name.</param>
    public sealed record Typing(Target In, string From, ConversationId Conversation = default) : ChatEvent;

    /// <summary>A device of this person waits for approval, came or went.</summary>
    public sealed record DevicesChanged(IReadOnlyList<DeviceInfo> Devices) : ChatEvent;
}
