using Google.Protobuf;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Send;

/// <summary>A sealed message and where it goes.</summary>
internal sealed record SealedItem(OutboxItem Item, byte[] Jwe, ulong Epoch, IReadOnlyList<DeviceId> Recipients);

/// <summary>What the answers to one batch came to.</summary>
/// <param name="EpochChanged">The room has moved on: its ledger is to be fetched.</param>
/// <param name="Retry">The server's reason to try again later, if any.</param>
internal sealed record Settled(
    List<ChatMessage> Changed, List<(MessageId Id, SendOutcome Outcome)> Outcomes, bool DevicesChanged, bool EpochChanged, string? Retry, bool IsLost, int Overflowed);

/// <summary>Brings the gateway's answers into the store, one transaction for a batch.</summary>
internal static class Settlement
{
    public static Settled Apply(Rows rows, List<SealedItem> items, ServerFrame?[] answers)
    {
        var changed = new List<ChatMessage>();
        var outcomes = new List<(MessageId, SendOutcome)>();
        var (devicesChanged, epochChanged, isLost, overflowed) = (false, false, false, 0);
        string? retry = null;
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i].Item;
            switch (answers[i])
            {
                case null:
                    isLost = true;
                    break;
                case { BodyCase: ServerFrame.BodyOneofCase.Accepted, Accepted: var accepted }:
                    if (accepted.Overflowed.Count > 0) overflowed++;
                    Accept(rows, items[i], changed, outcomes);
                    break;
                case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.DevicesChanged or RefusalCode.EpochChanged } moved }:
                    devicesChanged = true;
                    epochChanged |= moved.Code == RefusalCode.EpochChanged;
                    rows.Outbox.Unseal(item.Ticket);
                    rows.Sending.SetState(item.Session!.Value, SendingState.Closed);
                    break;
                case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: var refused } when IsForGood(refused.Code):
                    // The next message must not name this one as its predecessor: it will never be there.
                    rows.Sending.SetState(item.Session!.Value, SendingState.Closed);
                    Fail(rows, item, Sentences.Of(refused.Text), changed, outcomes);
                    break;
                case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: var refused }:
                    retry ??= refused.Text;
                    break;
                default:
                    retry ??= "the server gave an answer that makes no sense; the message is kept and tried again";
                    break;
            }
        }

        return new Settled(changed, outcomes, devicesChanged, epochChanged, retry, isLost, overflowed);
    }

    /// <summary>Gives up on everything that waits for this contact.</summary>
    public static List<ChatMessage> FailAll(Rows rows, long contact, string why)
    {
        var changed = new List<ChatMessage>();
        foreach (var item in rows.Outbox.Drafts(contact, int.MaxValue).Concat(rows.Outbox.Sealed(contact, int.MaxValue)))
            Fail(rows, item, why, changed, []);
        return changed;
    }

    /// <summary>Nobody else is in this conversation: what is written there is as good as delivered to all.</summary>
    public static (List<ChatMessage> Changed, List<(MessageId Id, SendOutcome Outcome)> Outcomes) KeepAll(Rows rows, long contact)
    {
        var (changed, outcomes) = (new List<ChatMessage>(), new List<(MessageId, SendOutcome)>());
        foreach (var item in rows.Outbox.Drafts(contact, int.MaxValue).Concat(rows.Outbox.Sealed(contact, int.MaxValue)))
        {
            rows.Outbox.Remove(item.Ticket);
            if (!item.IsShown) continue;
            if (rows.Messages.SetSent(item.Message) is { } message) changed.Add(message);
            if (rows.Messages.Find(rows.Messages.Owner.User, item.Message) is { } now) outcomes.Add((item.Message, new SendOutcome.Sent(now)));
        }

        return (changed, outcomes);
    }

    public static List<ChatMessage> SetTrouble(Rows rows, long contact, string why)
    {
        var changed = new List<ChatMessage>();
        foreach (var item in rows.Outbox.Drafts(contact, 100).Concat(rows.Outbox.Sealed(contact, 100)))
        {
            if (item.IsShown && rows.Messages.SetTrouble(item.Message, why) is { } message) changed.Add(message);
        }

        return changed;
    }

    private static bool IsForGood(RefusalCode code) =>
        code is RefusalCode.NotAllowed or RefusalCode.Malformed or RefusalCode.TooLarge or RefusalCode.UnknownUser;

    private static void Accept(Rows rows, SealedItem item, List<ChatMessage> changed, List<(MessageId, SendOutcome)> outcomes)
    {
        rows.Outbox.Remove(item.Item.Ticket);
        rows.Sending.Accepted(item.Item.Session!.Value, item.Item.N, Digest.Sha256(item.Jwe));
        if (!item.Item.IsShown) return;
        rows.Messages.SetPlace(item.Item.Message, item.Item.Session!.Value, item.Item.N, item.Epoch);
        if (rows.Messages.SetSent(item.Item.Message) is { } message) changed.Add(message);
        // Its readers may have been faster than the gateway's answer.
        if (rows.Told.Judge(item.Item.Message) is { } told) changed.Add(told);
        if (rows.Messages.Find(rows.Messages.Owner.User, item.Item.Message) is { } now) outcomes.Add((item.Item.Message, new SendOutcome.Sent(now)));
    }

    // A file of which a part will never be there is no file.
    private static void Fail(Rows rows, OutboxItem item, string why, List<ChatMessage> changed, List<(MessageId, SendOutcome)> outcomes)
    {
        foreach (var one in item.Kind is OutboxKind.Part && rows.Parts.FileOf(item.Message) is { } file ? rows.Outbox.OfFile(item.Contact, file) : [item])
        {
            rows.Outbox.Remove(one.Ticket);
            if (!one.IsShown) continue;
            if (rows.Messages.SetFailed(one.Message, why) is { } message) changed.Add(message);
            outcomes.Add((one.Message, new SendOutcome.Refused(why)));
        }
    }
}

internal static class Envelopes
{
    public static Envelope Make(EnvelopeKind kind, ConversationId conversation, ulong epoch, byte[] payload) => new()
    {
        Kind = kind, Epoch = epoch, Conversation = UnsafeByteOperations.UnsafeWrap(conversation.ToArray()), Payload = UnsafeByteOperations.UnsafeWrap(payload),
    };

    public static ClientFrame Message(SealedItem item, ConversationId conversation)
    {
        var publish = new Publish { Envelope = Make(EnvelopeKind.Message, conversation, item.Epoch, item.Jwe) };
        foreach (var device in item.Recipients) publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(device.ToArray()) });
        return new ClientFrame { Publish = publish };
    }
}
