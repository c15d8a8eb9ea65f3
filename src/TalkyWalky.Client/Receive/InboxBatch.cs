using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Own;
using TalkyWalky.Client.Rooms;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using GrantSlice = TalkyWalky.Crypto.GrantSlice;

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

/// <summary>
/// Opens a batch of deliveries inside one transaction: texts, next session states, receipts due and what waits are stored together or not at all.
/// Nothing is changed by what does not verify.
/// </summary>
internal sealed class InboxBatch(Rows rows, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, StatusBook status, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>A sender is asked for a grant after this: normally it is just behind.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(30);

    private const string RevokedDevice = "from a device whose certificate is revoked";

    private readonly Dictionary<SessionId, (ReceivingSession Session, long Contact)?> _sessions = [];
    private readonly HashSet<SessionId> _moved = [];
    private readonly Dictionary<SessionId, DateTimeOffset?> _revoked = [];
    private readonly DateTimeOffset _now = time.GetUtcNow();
    private readonly RoomJudge _judge = new(rows, credentials.Identity.User);

    public InboxResult Result { get; } = new();

    public void Add(Delivery delivery)
    {
        if (!DeviceId.TryRead(delivery.FromDevice.Span, out var device) || !UserId.TryRead(delivery.FromUser.Span, out var user)
            || delivery.Envelope is not { } envelope || !ConversationId.TryRead(envelope.Conversation.Span, out var conversation))
        {
            Reject(delivery, "malformed");
            return;
        }

        var origin = new Origin(user, device, conversation);
        switch (envelope.Kind)
        {
            case EnvelopeKind.Message: AddMessage(delivery, origin, envelope.Payload.Memory); break;
            case EnvelopeKind.Grant: AddGrant(delivery, origin); break;
            case EnvelopeKind.GrantRequest: AddRequest(delivery, origin); break;
            default: Reject(delivery, "unknown kind"); break;
        }
    }

    /// <summary>Looks again at what waits for a room's ledger or keys. Returns the last one looked at, null when there is none after it.</summary>
    public long? Retry(ConversationId room, long after, int limit)
    {
        var waiting = rows.Pending.Of(room, after, limit);
        foreach (var message in waiting) OpenPending(message);
        return waiting.Count == 0 ? null : waiting[^1].Id;
    }

    /// <summary>Stores the sessions as they now stand. Last call before the commit.</summary>
    public void Finish()
    {
        if (Result.Conversations.Count > 0 || Result.HasNewContacts) StateChanges.Retry(rows, Result.Conversations);
        foreach (var id in _moved) rows.Receiving.Save(_sessions[id]!.Value.Session, _now);
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values) session?.Session.Dispose();
        _sessions.Clear();
    }

    private sealed record Origin(UserId User, DeviceId Device, ConversationId Conversation);

    private void AddGrant(Delivery delivery, Origin origin)
    {
        if (GrantSlice.TryDecode(delivery.Slice.Span) is not { } slice)
        {
            Reject(delivery, "malformed slice");
            return;
        }

        var reader = new GrantReader(credentials.Anchor, credentials.Identity.User, credentials.Identity.Device, issuing, _now);
        switch (Grants.Open(delivery.Envelope.Payload.Memory, slice, credentials.EncryptionKeys, reader))
        {
            case GrantOutcome.Opened opened when opened.Sender.Device == origin.Device && opened.Sender.User == origin.User && opened.Session.Conversation == origin.Conversation:
                Adopt(opened);
                break;
            case GrantOutcome.Opened opened:
                opened.Session.Dispose();
                Reject(delivery, "sent by another device than its author");
                break;
            case GrantOutcome.Rejected rejected:
                Reject(delivery, rejected.Reason.ToString());
                break;
        }
    }

    private void Adopt(GrantOutcome.Opened opened)
    {
        var id = opened.Session.Id;
        if (Find(id) is not null)
        {
            opened.Session.Dispose(); // given again: what is here is further on
            return;
        }

        var contact = ContactOf(opened);
        rows.Receiving.Add(contact, opened.Session, opened.Previous, CertificateName.Of(opened.Sender), _now);
        _sessions[id] = (opened.Session, contact);
        foreach (var waiting in rows.Pending.Of(id)) OpenPending(waiting);
    }

    private long ContactOf(GrantOutcome.Opened opened)
    {
        var self = credentials.Identity.User;
        switch (opened.Place)
        {
            case GrantPlace.Direct { Conversation: var conversation } direct when direct.PeerOf(self) is var peer:
                if (peer == self) return rows.Contacts.EnsureOwnDevices(self, credentials.Identity.Username, conversation).Id;
                return EnsurePerson(peer, peer == opened.Sender.User ? opened.Sender.Username : null);
            case GrantPlace.Room room:
                if (opened.Sender.User != self) EnsurePerson(opened.Sender.User, opened.Sender.Username);
                return (rows.Contacts.Find(room.Conversation) ?? rows.Contacts.EnsureRoom(room.Conversation, room.Conversation.ToString()[..8], isMember: false)).Id;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <param name="username">As a certificate says; null when another device of this person wrote and its name is not known here.</param>
    private long EnsurePerson(UserId user, string? username)
    {
        var known = rows.Contacts.Find(user);
        Result.HasNewContacts |= known is null;
        var conversation = ConversationId.Direct(credentials.Anchor.Hash, credentials.Identity.User, user);
        return rows.Contacts.Ensure(user, username ?? known?.Username ?? user.ToString(), conversation).Id;
    }

    private void OpenPending(PendingMessage waiting)
    {
        if (Find(waiting.Session) is not var (session, contact)) return;
        var isAuthors = session.SenderDevice == waiting.FromDevice && session.Conversation == waiting.Conversation;
        var verdict = _judge.Judge(session);
        if (isAuthors && verdict is RoomVerdict.Unknown) return;
        var jwe = rows.Pending.Jwe(waiting);
        rows.Pending.Remove(waiting.Id);
        if (isAuthors) Open(waiting.FromDevice, session, contact, jwe, verdict);
        else Reject(waiting.FromDevice, EnvelopeKind.Message, "sent by another device than its author");
    }

    private void AddMessage(Delivery delivery, Origin origin, ReadOnlyMemory<byte> jwe)
    {
        if (ReceivingSession.Peek(jwe.Span) is not { } id) Reject(delivery, "malformed");
        else if (Find(id) is not var (session, contact)) Wait(delivery, origin, id, jwe);
        else if (session.SenderDevice != origin.Device || session.SenderUser != origin.User || session.Conversation != origin.Conversation)
            Reject(delivery, "sent by another device than its author");
        else if (_judge.Judge(session) is var verdict and not RoomVerdict.Unknown) Open(origin.Device, session, contact, jwe, verdict);
        else Wait(delivery, origin, id, jwe);
    }

    private void Wait(Delivery delivery, Origin origin, SessionId id, ReadOnlyMemory<byte> jwe)
    {
        if (rows.Pending.TryAdd(id, origin.Conversation, origin.User, origin.Device, jwe.ToArray(), _now, _now + AskAfter))
        {
            Result.HasPending = true;
            return;
        }

        Reject(delivery, "no room for messages without a key");
        Result.Notices.Add("A message whose key has not come was dropped, because too many such messages wait already.");
    }

    private void Open(DeviceId device, ReceivingSession session, long contact, ReadOnlyMemory<byte> jwe, RoomVerdict verdict)
    {
        if (verdict is RoomVerdict.Refused refused)
        {
            Result.Alarms.Add((session.Conversation, refused.Alarm));
            Reject(device, EnvelopeKind.Message, refused.Alarm.Kind);
            return;
        }

        switch (session.Open(jwe))
        {
            case OpenOutcome.Opened opened:
                _sessions[session.Id] = (opened.Next, contact);
                _moved.Add(session.Id);
                Store(session, contact, opened, verdict);
                if (!ReferenceEquals(session, opened.Next)) session.Dispose();
                break;
            case OpenOutcome.Rejected rejected:
                Reject(device, EnvelopeKind.Message, rejected.Reason.ToString());
                break;
        }
    }

    private void Store(ReceivingSession session, long contact, OpenOutcome.Opened opened, RoomVerdict verdict)
    {
        // Validity is judged at first receipt. What people wrote is shown and marked; nothing else counts from a device that may be in other hands.
        var revokedAt = AuthorRevokedAt(session.Id);
        var remark = revokedAt is { } at ? $"Received after the certificate of its author was revoked on {Sentences.Day(at, time.LocalTimeZone)}."
            : verdict is RoomVerdict.AfterRemoval ? "Received after its author was removed from the room." : null;
        switch (opened.Body)
        {
            case { } silent when revokedAt is not null && IsSilent(silent):
                Reject(session.SenderDevice, EnvelopeKind.Message, RevokedDevice);
                break;
            case MessageBody.Receipt receipt:
                StoreReceipt(session, receipt.Delivered, isRead: false);
                break;
            case MessageBody.Read read:
                StoreReceipt(session, read.Ids, isRead: true);
                break;
            case MessageBody.Text text:
                StoreText(session, contact, opened, kind: null, text.Value, remark);
                break;
            case MessageBody.Unknown own when OwnMail.Handles(own.Kind):
                TakeOwn(session, contact, own);
                break;
            case MessageBody.Unknown unknown:
                StoreText(session, contact, opened, unknown.Kind, System.Text.Encoding.UTF8.GetString(unknown.Json.Span), remark);
                break;
        }
    }

    /// <summary>What changes something here without being shown.</summary>
    private static bool IsSilent(MessageBody body) => body is MessageBody.Receipt or MessageBody.Read || (body is MessageBody.Unknown own && OwnMail.Handles(own.Kind));

    private DateTimeOffset? AuthorRevokedAt(SessionId session)
    {
        if (!_revoked.TryGetValue(session, out var at)) _revoked.Add(session, at = rows.Receiving.AuthorOf(session) is { } author ? status.RevokedAt(author) : null);
        return at;
    }

    // Over the direct conversation with the author alone: nobody else has a say about it.
    private void StoreReceipt(ReceivingSession session, IReadOnlyList<MessageId> ids, bool isRead)
    {
        if (session.SenderUser == credentials.Identity.User) return; // another own device told somebody
        if (session.Conversation != ConversationId.Direct(credentials.Anchor.Hash, credentials.Identity.User, session.SenderUser))
        {
            Reject(session.SenderDevice, EnvelopeKind.Message, "a receipt outside the direct conversation");
            return;
        }

        foreach (var id in ids)
        {
            if (rows.Told.Add(session.SenderUser, id, isRead) is { } changed) Result.Changed.Add(changed);
        }
    }

    private void TakeOwn(ReceivingSession session, long contact, MessageBody.Unknown body)
    {
        var letter = new OwnLetter(session.SenderUser, session.SenderDevice, session.Conversation, contact, body.Kind, body.Json);
        var mail = new OwnMail(rows, credentials.Identity.User, credentials.Identity.Device, _now, Result);
        if (mail.Take(letter) is { } why) Reject(session.SenderDevice, EnvelopeKind.Message, why);
    }

    private void StoreText(ReceivingSession session, long contact, OpenOutcome.Opened opened, string? kind, string text, string? remark)
    {
        var mine = session.SenderUser == credentials.Identity.User;
        string?[] troubles =
        [
            remark, opened.ChainIntact ? null : "The message before this one is not the one that its author sent.",
            kind is null ? null : "This message is of a kind that this version cannot show; update this program to read it.",
        ];
        var trouble = Array.TrueForAll(troubles, static one => one is null) ? null : string.Join(' ', troubles.OfType<string>());
        var received = new ReceivedText(session.SenderUser, opened.Id, contact, session.Id, opened.N, opened.SentAt, kind, text, trouble, mine);
        if (!rows.Messages.AddReceived(received, _now)) return;
        rows.Conversations.Reopen(contact);
        Result.Conversations.Add(contact);
        if (mine)
        {
            Result.Own.Add((session.SenderUser, opened.Id));
            return;
        }

        Result.HasArrivals = true;
        if (!OwnSettings.IsOn(rows, OwnSettings.Delivered)) return;
        rows.Receipts.Add(rows.Contacts.Find(session.SenderUser)!.Id, opened.Id);
        Result.HasReceipts = true;
    }

    private void AddRequest(Delivery delivery, Origin origin)
    {
        var (session, asker, why) = GrantRequests.Verify(delivery.Envelope.Payload.Memory, origin.Device, origin.User, credentials.Anchor, issuing, _now);
        if (session is { } && status.RevokedAt(asker) is not null) Reject(delivery, RevokedDevice);
        else if (session is { } id) Result.Asks.Add(new GrantAsk(id, origin.Conversation, origin.Device));
        else Reject(delivery, why ?? "malformed");
    }

    private (ReceivingSession Session, long Contact)? Find(SessionId id)
    {
        if (!_sessions.TryGetValue(id, out var known)) _sessions.Add(id, known = rows.Receiving.Load(id));
        return known;
    }

    private void Reject(Delivery delivery, string reason) =>
        Reject(DeviceId.TryRead(delivery.FromDevice.Span, out var device) ? device : default, delivery.Envelope?.Kind ?? EnvelopeKind.Unspecified, reason);

    private void Reject(DeviceId device, EnvelopeKind kind, string reason)
    {
        rows.Journal.Reject(device, (int)kind, reason, _now);
        ClientLog.Rejected(log, kind, device, reason);
    }
}
