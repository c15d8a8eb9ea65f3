using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Own;

/// <summary>
/// Who is typing, told to those connected now and never stored (docs/protocol.md section 5.6). It goes where a session is open already: nobody gets keys for it. Turned off,
/// it is neither told nor shown.
/// </summary>
internal sealed class TypingDesk(Database database, EventHub events, ClientEnvironment environment, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3), MaxAge = TimeSpan.FromSeconds(60);

    private const int MaxRemembered = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, long> _told = [];

    /// <param name="context">Null when there is no connection: then it is lost.</param>
    public async Task TellAsync(Target to, SendContext? context, CancellationToken cancellation)
    {
        if (context is not null && await database.RunAsync(rows => Seal(rows, to), cancellation) is { } relay)
            await context.Link.TellAsync(new ClientFrame { Relay = relay });
    }

    /// <summary>Shows what comes, for as long as the connection lives.</summary>
    public async Task RunAsync(SendContext context)
    {
        var newest = new Dictionary<SessionId, DateTimeOffset>();
        await foreach (var relayed in context.Link.Signals.ReadAllAsync(context.Ended))
        {
            if (!events.HasListeners) continue;
            if (newest.Count >= MaxRemembered) newest.Clear();
            if (await database.RunAsync(rows => Open(rows, relayed, context.Credentials.Identity.User, newest), context.Ended) is { } typing) events.Publish(typing);
        }
    }

    private Relay? Seal(Rows rows, Target to)
    {
        if (!OwnSettings.IsOn(rows, OwnSettings.TypingName) || rows.Contacts.Find(to) is not { Conversation: { } conversation } contact) return null;
        if (rows.Sending.Active(contact.Id) is not { State: SendingState.Open } active) return null;
        if (contact.Kind == ContactKind.Room && rows.Rooms.State(conversation)?.Epoch != active.Epoch) return null;
        var now = environment.Time.GetUtcNow();
        using var session = rows.Sending.Load(active.Session);
        if (session.IsSpent(now) || !MayTell(contact.Id) || session.SealSignal(SignalKind.Typing, now) is not { } signal) return null;
        var relay = new Relay { Envelope = Envelopes.Make(EnvelopeKind.Signal, conversation, active.Epoch, signal) };
        if (contact is { Kind: ContactKind.Person, User: { } peer }) relay.Peer = ByteString.CopyFrom(peer.ToArray());
        return relay;
    }

    private bool MayTell(long contact)
    {
        lock (_gate)
        {
            if (_told.TryGetValue(contact, out var before) && environment.Time.GetElapsedTime(before) < Interval) return false;
            if (_told.Count >= MaxRemembered) _told.Clear();
            _told[contact] = environment.Time.GetTimestamp();
            return true;
        }
    }

    private ChatEvent.Typing? Open(Rows rows, Relayed relayed, UserId self, Dictionary<SessionId, DateTimeOffset> newest)
    {
        if (relayed.Envelope is not { Kind: EnvelopeKind.Signal, Payload.Length: <= Limits.Signal } envelope || !OwnSettings.IsOn(rows, OwnSettings.TypingName)) return null;
        var payload = envelope.Payload.Memory;
        if (ReceivingSession.PeekSignal(payload.Span) is not { } id || rows.Receiving.Load(id) is not var (session, contact)) return null;
        using (session)
        {
            if (session.SenderUser == self || !IsFrom(session, relayed) || new RoomJudge(rows, self).Judge(session) is not RoomVerdict.Member) return null;
            switch (session.OpenSignal(payload, newest.TryGetValue(id, out var last) ? last : null))
            {
                case SignalOutcome.Opened { Kind: SignalKind.Typing } opened:
                    newest[id] = opened.SentAt;
                    if ((environment.Time.GetUtcNow() - opened.SentAt).Duration() > MaxAge) return null;
                    return rows.Contacts.Find(contact) is { } place && rows.Contacts.Find(session.SenderUser) is { } author
                        ? new ChatEvent.Typing(place.Target, author.Username, session.Conversation)
                        : null;
                case SignalOutcome.Rejected rejected:
                    ClientLog.Rejected(log, EnvelopeKind.Signal, session.SenderDevice, rejected.Reason.ToString());
                    return null;
                default:
                    return null;
            }
        }
    }

    private static bool IsFrom(ReceivingSession session, Relayed relayed) =>
        DeviceId.TryRead(relayed.FromDevice.Span, out var device) && device == session.SenderDevice
        && UserId.TryRead(relayed.FromUser.Span, out var user) && user == session.SenderUser
        && ConversationId.TryRead(relayed.Envelope.Conversation.Span, out var conversation) && conversation == session.Conversation;
}
