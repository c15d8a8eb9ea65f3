using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Enrol;
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
}

/// <summary>A verified request of another device for its slice of a session.</summary>
internal sealed record GrantAsk(SessionId Session, ConversationId Conversation, DeviceId Device);

/// <summary>
/// Opens a batch of deliveries inside one transaction: texts, next session states, receipts due and what waits are stored together or not at all.
/// Nothing is changed by what does not verify.
/// </summary>
internal sealed class InboxBatch(Rows rows, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, DateTimeOffset now, ILogger log) : IDisposable
{
    /// <summary>A sender is asked for a grant after this: normally it is just behind.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(30);

    private readonly Dictionary<SessionId, (ReceivingSession Session, long Contact)?> _sessions = [];
    private readonly HashSet<SessionId> _moved = [];

    public InboxResult Result { get; } = new();

    public void Add(Delivery delivery)
    {
        if (!DeviceId.TryRead(delivery.FromDevice.Span, out var device) || !UserId.TryRead(delivery.FromUser.Span, out var user)
            || delivery.Envelope is not { Epoch: 0 } envelope || !ConversationId.TryRead(envelope.Conversation.Span, out var conversation))
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

    /// <summary>Stores the sessions as they now stand. Last call before the commit.</summary>
    public void Finish()
    {
        foreach (var id in _moved) rows.Receiving.Save(_sessions[id]!.Value.Session, now);
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

        var reader = new GrantReader(credentials.Anchor, credentials.Identity.User, credentials.Identity.Device, issuing, now);
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

        if (opened.Place is not GrantPlace.Direct direct || direct.One == direct.Other)
        {
            opened.Session.Dispose();
            Reject(opened.Sender.Device, EnvelopeKind.Grant, "not a conversation of two people");
            return;
        }

        var isOwn = opened.Sender.User == credentials.Identity.User;
        var peer = direct.PeerOf(credentials.Identity.User);
        var known = rows.Contacts.Find(peer);
        var name = isOwn ? known?.Username ?? peer.ToString() : opened.Sender.Username;
        var contact = rows.Contacts.Ensure(peer, name, opened.Session.Conversation);
        Result.HasNewContacts |= known is null;
        rows.Receiving.Add(contact.Id, opened.Session, opened.Previous, now);
        _sessions[id] = (opened.Session, contact.Id);
        foreach (var waiting in rows.Pending.Of(id)) OpenPending(waiting);
    }

    private void OpenPending(PendingMessage waiting)
    {
        var jwe = rows.Pending.Jwe(waiting);
        rows.Pending.Remove(waiting.Id);
        if (Find(waiting.Session) is not var (session, contact) || session.SenderDevice != waiting.FromDevice || session.Conversation != waiting.Conversation)
            Reject(waiting.FromDevice, EnvelopeKind.Message, "sent by another device than its author");
        else
            Open(waiting.FromDevice, session, contact, jwe);
    }

    private void AddMessage(Delivery delivery, Origin origin, ReadOnlyMemory<byte> jwe)
    {
        if (ReceivingSession.Peek(jwe.Span) is not { } id) Reject(delivery, "malformed");
        else if (Find(id) is not var (session, contact)) Wait(delivery, origin, id, jwe);
        else if (session.SenderDevice != origin.Device || session.SenderUser != origin.User || session.Conversation != origin.Conversation)
            Reject(delivery, "sent by another device than its author");
        else Open(origin.Device, session, contact, jwe);
    }

    private void Wait(Delivery delivery, Origin origin, SessionId id, ReadOnlyMemory<byte> jwe)
    {
        if (rows.Pending.TryAdd(id, origin.Conversation, origin.User, origin.Device, jwe.ToArray(), now, now + AskAfter))
        {
            Result.HasPending = true;
            return;
        }

        Reject(delivery, "no room for messages without a key");
        Result.Notices.Add("A message whose key has not come was dropped, because too many such messages wait already.");
    }

    private void Open(DeviceId device, ReceivingSession session, long contact, ReadOnlyMemory<byte> jwe)
    {
        switch (session.Open(jwe))
        {
            case OpenOutcome.Opened opened:
                _sessions[session.Id] = (opened.Next, contact);
                _moved.Add(session.Id);
                Store(session, contact, opened);
                if (!ReferenceEquals(session, opened.Next)) session.Dispose();
                break;
            case OpenOutcome.Rejected rejected:
                Reject(device, EnvelopeKind.Message, rejected.Reason.ToString());
                break;
        }
    }

    private void Store(ReceivingSession session, long contact, OpenOutcome.Opened opened)
    {
        switch (opened.Body)
        {
            case MessageBody.Receipt receipt:
                foreach (var id in receipt.Delivered)
                {
                    if (rows.Messages.SetDelivered(id, contact) is { } changed) Result.Changed.Add(changed);
                }

                break;
            case MessageBody.Text text:
                StoreText(session, contact, opened, kind: null, text.Value);
                break;
            case MessageBody.Unknown unknown:
                StoreText(session, contact, opened, unknown.Kind, System.Text.Encoding.UTF8.GetString(unknown.Json.Span));
                break;
        }
    }

    private void StoreText(ReceivingSession session, long contact, OpenOutcome.Opened opened, string? kind, string text)
    {
        var mine = session.SenderUser == credentials.Identity.User;
        var trouble = !opened.ChainIntact ? "The message before this one is not the one that its author sent."
            : kind is null ? null
            : "This message is of a kind that this version cannot show; update this program to read it.";
        var received = new ReceivedText(session.SenderUser, opened.Id, contact, session.Id, opened.N, opened.SentAt, kind, text, trouble, mine);
        if (!rows.Messages.AddReceived(received, now)) return;
        if (mine)
        {
            Result.Own.Add((session.SenderUser, opened.Id));
            return;
        }

        rows.Receipts.Add(contact, opened.Id);
        Result.HasArrivals = Result.HasReceipts = true;
    }

    private void AddRequest(Delivery delivery, Origin origin)
    {
        var (session, why) = GrantRequests.Verify(delivery.Envelope.Payload.Memory, origin.Device, origin.User, credentials.Anchor, issuing, now);
        if (session is { } id) Result.Asks.Add(new GrantAsk(id, origin.Conversation, origin.Device));
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
        rows.Journal.Reject(device, (int)kind, reason, now);
        ClientLog.Rejected(log, kind, device, reason);
    }
}
