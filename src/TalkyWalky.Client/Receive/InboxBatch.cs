using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
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

/// <summary>
/// Opens a batch of deliveries inside one transaction: texts, next session states, receipts due and what waits are stored together or not at all.
/// Nothing is changed by what does not verify.
/// </summary>
/// <param name="mayBeUnproven">What the log has not proven yet is opened all the same, and proven when the server is there again (direct mode).</param>
internal sealed class InboxBatch(
    Rows rows, Credentials credentials, IReadOnlyList<ReadOnlyMemory<byte>> issuing, StatusBook status, LogBook book, bool mayBeUnproven, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>A sender is asked for a grant after this: normally it is just behind.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(30);

    private readonly Dictionary<SessionId, (ReceivingSession Session, long Contact)?> _sessions = [];
    private readonly HashSet<SessionId> _moved = [];
    private readonly Dictionary<SessionId, bool> _proven = [];
    private readonly DateTimeOffset _now = time.GetUtcNow();
    private readonly RoomJudge _judge = new(rows, credentials.Identity.User);
    private readonly OpenedBodies _bodies = new(rows, credentials.Identity, credentials.Anchor.Hash, status, time);

    public InboxResult Result => _bodies.Result;

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

    /// <summary>Looks again at what waits for this session to be proven.</summary>
    public void Retry(SessionId session)
    {
        foreach (var waiting in rows.Pending.Of(session)) OpenPending(waiting);
    }

    /// <summary>Stores the sessions as they now stand. Last call before the commit.</summary>
    public void Finish()
    {
        if (Result.Conversations.Count > 0 || Result.HasNewContacts) StateChanges.Retry(rows, Result.Conversations);
        rows.Parts.Expire(_now);
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

        var isProven = IsProven(opened);
        if (!isProven && rows.Claims.Count() >= ClaimRows.MaxCount)
        {
            Reject(opened.Sender.Device, EnvelopeKind.Grant, "no room for grants that the log has not proven");
            opened.Session.Dispose();
            return;
        }

        var contact = ContactOf(opened);
        rows.Receiving.Add(contact, opened.Session, opened.Previous, CertificateName.Of(opened.Sender), _now);
        _sessions[id] = (opened.Session, contact);
        if (!isProven)
        {
            rows.Claims.Add(new GrantClaim(id, opened.Sender.User, opened.Sender.CertificateHash, opened.TreeHead, opened.ListSeq, opened.ListHash, opened.SentAt));
            Result.HasClaims = true;
        }

        foreach (var waiting in rows.Pending.Of(id)) OpenPending(waiting);
    }

    // Behind what waits of the same person, so that words keep their order.
    private bool IsProven(GrantOutcome.Opened opened) =>
        !rows.Claims.HasOf(opened.Sender.User)
        && book.Knows(opened.TreeHead)
        && rows.Log.IsProven(opened.Sender.User, opened.Sender.CertificateHash)
        && rows.Log.SeenList(credentials.Identity.User) is { } seen && seen.Seq == opened.ListSeq && seen.Hash == opened.ListHash;

    private bool MayOpen(SessionId session)
    {
        if (mayBeUnproven) return true;
        if (!_proven.TryGetValue(session, out var isProven)) _proven.Add(session, isProven = !rows.Claims.Has(session));
        return isProven;
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
        if (isAuthors && (verdict is RoomVerdict.Unknown || !MayOpen(waiting.Session))) return;
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
        else if (_judge.Judge(session) is var verdict and not RoomVerdict.Unknown && MayOpen(id)) Open(origin.Device, session, contact, jwe, verdict);
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
                if (_bodies.Keep(session, contact, opened, verdict) is { } why) Reject(device, EnvelopeKind.Message, why);
                if (!ReferenceEquals(session, opened.Next)) session.Dispose();
                break;
            case OpenOutcome.Rejected rejected:
                Reject(device, EnvelopeKind.Message, rejected.Reason.ToString());
                break;
        }
    }

    private void AddRequest(Delivery delivery, Origin origin)
    {
        var (session, asker, why) = GrantRequests.Verify(delivery.Envelope.Payload.Memory, origin.Device, origin.User, credentials.Anchor, issuing, _now);
        if (session is { } && status.RevokedAt(asker) is not null) Reject(delivery, OpenedBodies.RevokedDevice);
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
