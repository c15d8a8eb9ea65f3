using System.Threading.Channels;
using Google.Protobuf;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Direct;

/// <summary>
/// One direct connection with a proven device: takes what waits for its person out of the outbox, and stores what it sends like a delivery. What went this way stays in the
/// outbox for everybody's other devices until the server took it; who has it already knows it by its id.
/// </summary>
internal sealed class DirectLine(DirectStream stream, DirectPeer peer, Credentials credentials, Outbox outbox, StatusBook status, LogBook book, IntroductionDesk introductions, Action<InboxResult> stored)
{
    private const int MaxWaiting = 64, MaxBatch = 64, MaxBatchBytes = 4 * 1024 * 1024;
    private const string NotSeen = "This device has not seen the transparency log yet; the message is kept and goes out when the server is back.";

    private static readonly TimeSpan ReceiptPause = TimeSpan.FromMilliseconds(250);

    private readonly Channel<DirectMessage> _received = Channel.CreateBounded<DirectMessage>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly Signal _answered = new(), _receiptsDue = new();
    private readonly HashSet<SessionId> _granted = [];
    private long _given; // the ticket up to which everything went to the other device
    private ulong _request, _stored;

    private Database Database => outbox.Database;

    private DateTimeOffset Now => outbox.Environment.Time.GetUtcNow();

    private ConversationId Conversation => ConversationId.Direct(credentials.Anchor.Hash, credentials.Identity.User, peer.Identity.User);

    /// <summary>The contact of the proven person; a name that was only written to becomes this person.</summary>
    public static Contact Meet(Rows rows, DirectPeer peer, ConversationId conversation) =>
        rows.Contacts.Find(peer.Identity.User) is null && rows.Contacts.Find(peer.Identity.Username) is { User: null } named
            ? rows.Contacts.Resolve(named, peer.Identity.User, peer.Identity.Username, conversation)
            : rows.Contacts.Ensure(peer.Identity.User, peer.Identity.Username, conversation);

    /// <summary>Runs until either side ends the connection; says why it ended.</summary>
    /// <param name="ending">Completes when this side wants to end it.</param>
    public async Task<string> RunAsync(long contact, Signal wake, Task ending)
    {
        using var over = new CancellationTokenSource();
        var ended = over.Token;
        wake.Raise();
        _receiptsDue.Raise();
        Task<string>[] parts = [Run(ReadAsync), Run(StoreAsync), Run(SendReceiptsAsync), Run(end => GiveAsync(contact, wake, end))];
        var first = await Task.WhenAny([ending, .. parts]);
        if (first == ending) await SayGoodbyeAsync();
        await over.CancelAsync();
        await Task.WhenAll(parts);
        return first is Task<string> part ? await part : "It was ended here.";

        Task<string> Run(Func<CancellationToken, Task<string>> part) => Task.Run(() => GuardAsync(part, ended), CancellationToken.None);
    }

    private async Task<string> GuardAsync(Func<CancellationToken, Task<string>> part, CancellationToken ended)
    {
        try
        {
            return await part(ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return "";
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return Sentences.Of(failure.Message);
        }
        catch (Exception failure)
        {
            ClientLog.ConnectionFailed(outbox.Log, failure);
            return "This program failed; its log says where.";
        }
    }

    private async Task SayGoodbyeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), outbox.Environment.Time);
        try
        {
            await stream.SendAsync(new DirectFrame { Closing = new DirectClosing { Text = $"{credentials.Identity.Username} ended the direct connection" } }, patience.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side left first.
        }
    }

    private async Task<string> ReadAsync(CancellationToken ended)
    {
        while (await stream.ReadAsync(ended) is { } frame)
        {
            switch (frame.BodyCase)
            {
                case DirectFrame.BodyOneofCase.Message:
                    await _received.Writer.WriteAsync(frame.Message, ended);
                    break;
                case DirectFrame.BodyOneofCase.Stored:
                    Interlocked.Exchange(ref _stored, Math.Max(Interlocked.Read(ref _stored), frame.Stored.Request));
                    _answered.Raise();
                    break;
                case DirectFrame.BodyOneofCase.Closing:
                    return Sentences.Of(Plain.Inert.Line(frame.Closing.Text));
                default:
                    return "The other device sent what this version does not know.";
            }
        }

        return "The other device ended the connection.";
    }

    private async Task<string> StoreAsync(CancellationToken ended)
    {
        var batch = new List<DirectMessage>(MaxBatch);
        while (true)
        {
            batch.Clear();
            batch.Add(await _received.Reader.ReadAsync(ended));
            for (var bytes = batch[0].CalculateSize(); batch.Count < MaxBatch && bytes < MaxBatchBytes && _received.Reader.TryRead(out var more); bytes += more.CalculateSize()) batch.Add(more);
            var (result, _) = await Database.RunAsync(rows => Store(rows, batch), CancellationToken.None, done =>
            {
                outbox.Events.Changed(done.Result.Changed);
                outbox.Events.Changed(done.Conversation);
            });
            await stream.SendAsync(new DirectFrame { Stored = new DirectStored { Request = batch[^1].Request } }, ended);
            if (result.HasArrivals) outbox.Events.Arrived();
            foreach (var notice in result.Notices) await outbox.Events.NoticeAsync(notice);
            if (result.HasReceipts) _receiptsDue.Raise();
            foreach (var contact in result.Pokes) outbox.Poke(contact);
            stored(result);
        }
    }

    private (InboxResult Result, ConversationInfo? Conversation) Store(Rows rows, List<DirectMessage> messages)
    {
        using var batch = new InboxBatch(rows, credentials, [.. credentials.Issuing, .. peer.Issuing], status, book, mayBeUnproven: true, outbox.Environment.Time, outbox.Log);
        foreach (var message in messages)
        {
            // Of this person, to this person, and nothing else: a grant with the slice of this device, or a message.
            if (message.Envelope is not { Epoch: 0, Kind: EnvelopeKind.Grant or EnvelopeKind.Message } envelope || !envelope.Conversation.Span.SequenceEqual(Conversation.ToArray())) continue;
            batch.Add(new Delivery
            {
                Envelope = envelope,
                FromUser = ByteString.CopyFrom(peer.Identity.User.ToArray()),
                FromDevice = ByteString.CopyFrom(peer.Identity.Device.ToArray()),
                Slice = message.Slice,
            });
        }

        batch.Finish();
        var contact = rows.Contacts.Find(peer.Identity.User);
        return (batch.Result, batch.Result.Conversations.Count > 0 && contact is not null ? rows.Conversations.Find(contact.Id) : null);
    }

    private async Task<string> SendReceiptsAsync(CancellationToken ended)
    {
        while (true)
        {
            await _receiptsDue.WaitAsync(ended);
            await Task.Delay(ReceiptPause, outbox.Environment.Time, ended);
            await Inbox.FlushReceiptsAsync(outbox);
        }
    }

    private async Task<string> GiveAsync(long contact, Signal wake, CancellationToken ended)
    {
        while (true)
        {
            await wake.WaitAsync(ended);
            while (await NextAsync(contact, ended) is { Count: > 0 } items)
            {
                foreach (var item in items) await GiveAsync(item, ended);
                while (Interlocked.Read(ref _stored) < _request) await _answered.WaitAsync(ended);
                await SettleAsync(items);
                _given = items[^1].Item.Ticket;
            }
        }
    }

    private async Task<List<SealedItem>> NextAsync(long contact, CancellationToken ended)
    {
        // A list may have come since the connection was made.
        var time = outbox.Environment.Time;
        if ((DirectStatus.Refusal(status, introductions, peer.Identity, time) ?? DirectStatus.Refusal(status, introductions, peer.Encryption, time)) is { } refused) throw new InvalidDataException(refused);
        var items = await Database.RunAsync(rows => Sealing.Read(rows, contact, _given), ended);
        // While there is a server, it is the one to seal for: it knows everybody's devices of now.
        if (items.Count > 0 || outbox.IsOnline || await Database.RunAsync(rows => rows.Outbox.Drafts(contact, 1).Count == 0, ended)) return items;
        var readers = await Database.RunAsync(rows => DirectReaders.Of(rows, credentials, peer, status, introductions, outbox.Environment.Time), ended);
        if (book.Newest is null)
        {
            await Database.RunAsync(rows => Settlement.SetTrouble(rows, contact, NotSeen), ended, outbox.Events.Changed);
            return items;
        }

        var session = await Database.RunAsync(rows => Sealing.Usable(rows, contact, readers, Now), ended)
            ?? await Sealing.StartAsync(Database, credentials, book, contact, readers, Now, ended);
        return await Database.RunAsync(rows => Sealing.SealDrafts(rows, contact, session.Session, Now), ended);
    }

    private async Task GiveAsync(SealedItem item, CancellationToken ended)
    {
        var session = item.Item.Session!.Value;
        if (!item.Recipients.Contains(peer.Identity.Device)) return; // sealed before this device was known: the server takes it
        if (_granted.Add(session))
        {
            var (payload, slice) = await Database.RunAsync(rows => (rows.Sending.Payload(session), rows.Sending.SliceOf(session, peer.Identity.Device)), ended);
            await SendAsync(Envelopes.Make(EnvelopeKind.Grant, Conversation, 0, payload!), slice!, ended);
        }

        await SendAsync(Envelopes.Make(EnvelopeKind.Message, Conversation, 0, item.Jwe), [], ended);
    }

    private Task SendAsync(Envelope envelope, byte[] slice, CancellationToken ended) => stream.SendAsync(
        new DirectFrame { Message = new DirectMessage { Request = ++_request, Envelope = envelope, Slice = UnsafeByteOperations.UnsafeWrap(slice) } }, ended);

    // Stored by a device of the addressee. Whether he tells that it came is his: a receipt says so.
    private async Task SettleAsync(List<SealedItem> items)
    {
        var shown = items.Where(item => item.Item.IsShown && item.Recipients.Contains(peer.Identity.Device)).Select(static item => item.Item.Message).ToList();
        var (_, now) = await Database.RunAsync(
            rows =>
            {
                var changed = shown.Select(rows.Messages.SetSent).OfType<ChatMessage>().ToList();
                return (Changed: changed, Now: shown.Select(id => rows.Messages.Find(credentials.Identity.User, id)).OfType<ChatMessage>().ToList());
            },
            CancellationToken.None,
            settled => outbox.Events.Changed(settled.Changed));
        foreach (var message in now) outbox.Resolve(message.Id, new SendOutcome.Sent(message));
    }
}
