using TalkyWalky.Client.Own;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Receive;

/// <summary>Keeps what opened messages say, in the transaction of their batch.</summary>
/// <param name="self">The identity of this device.</param>
internal sealed class OpenedBodies(Rows rows, VerifiedDevice self, Digest anchor, StatusBook status, TimeProvider time)
{
    public const string RevokedDevice = "from a device whose certificate is revoked";

    private readonly Dictionary<SessionId, DateTimeOffset?> _revoked = [];
    private readonly DateTimeOffset _now = time.GetUtcNow();

    public InboxResult Result { get; } = new();

    /// <summary>Null when it was kept, or was here already; else why it is refused.</summary>
    public string? Keep(ReceivingSession session, long contact, OpenOutcome.Opened opened, RoomVerdict verdict)
    {
        // Validity is judged at first receipt. What people wrote is shown and marked; nothing else counts from a device that may be in other hands.
        var revokedAt = AuthorRevokedAt(session.Id);
        var remark = revokedAt is { } at ? $"Received after the certificate of its author was revoked on {Sentences.Day(at, time.LocalTimeZone)}."
            : verdict is RoomVerdict.AfterRemoval ? "Received after its author was removed from the room." : null;
        if (revokedAt is not null && IsSilent(opened.Body)) return RevokedDevice;
        return opened.Body switch
        {
            MessageBody.Receipt receipt => KeepReceipt(session, receipt.Delivered, isRead: false),
            MessageBody.Read read => KeepReceipt(session, read.Ids, isRead: true),
            MessageBody.Text text => KeepMessage(session, contact, opened, kind: null, text.Value, remark),
            MessageBody.Part part => KeepPart(session, contact, opened.Id, part),
            MessageBody.File { Size: > Limits.RoomFile } when session.LedgerHead is not null => "a file that is too large for a room",
            MessageBody.File file => KeepMessage(session, contact, opened, MessageBody.File.Kind, System.Text.Encoding.UTF8.GetString(file.ToJson()), remark),
            MessageBody.Unknown own when OwnMail.Handles(own.Kind) => TakeOwn(session, contact, own),
            MessageBody.Unknown unknown => KeepMessage(session, contact, opened, unknown.Kind, System.Text.Encoding.UTF8.GetString(unknown.Json.Span), remark),
            _ => null,
        };
    }

    /// <summary>What changes something here without being shown.</summary>
    private static bool IsSilent(MessageBody body) =>
        body is MessageBody.Receipt or MessageBody.Read or MessageBody.Part || (body is MessageBody.Unknown own && OwnMail.Handles(own.Kind));

    private DateTimeOffset? AuthorRevokedAt(SessionId session)
    {
        if (!_revoked.TryGetValue(session, out var at)) _revoked.Add(session, at = rows.Receiving.AuthorOf(session) is { } author ? status.RevokedAt(author) : null);
        return at;
    }

    // Over the direct conversation with the author alone: nobody else has a say about it.
    private string? KeepReceipt(ReceivingSession session, IReadOnlyList<MessageId> ids, bool isRead)
    {
        if (session.SenderUser == self.User) return null; // another own device told somebody
        if (session.Conversation != ConversationId.Direct(anchor, self.User, session.SenderUser)) return "a receipt outside the direct conversation";
        foreach (var id in ids)
        {
            if (rows.Told.Add(session.SenderUser, id, isRead) is { } changed) Result.Changed.Add(changed);
        }

        return null;
    }

    private string? TakeOwn(ReceivingSession session, long contact, MessageBody.Unknown body)
    {
        var letter = new OwnLetter(session.SenderUser, session.SenderDevice, session.Conversation, contact, body.Kind, body.Json);
        return new OwnMail(rows, self.User, self.Device, _now, Result).Take(letter);
    }

    private string? KeepPart(ReceivingSession session, long contact, MessageId id, MessageBody.Part part)
    {
        if (rows.Files.PartArrived(session.SenderUser, id, contact, part.Data.Span, _now) is { } whole) Result.Changed.Add(whole);
        return null;
    }

    private string? KeepMessage(ReceivingSession session, long contact, OpenOutcome.Opened opened, string? kind, string text, string? remark)
    {
        var mine = session.SenderUser == self.User;
        string?[] troubles =
        [
            remark, opened.ChainIntact ? null : "The message before this one is not the one that its author sent.",
            kind is null or MessageBody.File.Kind ? null : "This message is of a kind that this version cannot show; update this program to read it.",
        ];
        var trouble = Array.TrueForAll(troubles, static one => one is null) ? null : string.Join(' ', troubles.OfType<string>());
        var received = new ReceivedText(session.SenderUser, opened.Id, contact, session.Id, opened.N, opened.SentAt, kind, text, trouble, mine);
        if (!rows.Messages.AddReceived(received, _now)) return null;
        rows.Conversations.Reopen(contact);
        Result.Conversations.Add(contact);
        if (mine)
        {
            Result.Own.Add((session.SenderUser, opened.Id));
            return null;
        }

        Result.HasArrivals = true;
        if (!OwnSettings.IsOn(rows, OwnSettings.Delivered)) return null;
        rows.Receipts.Add(rows.Contacts.Find(session.SenderUser)!.Id, opened.Id);
        Result.HasReceipts = true;
        return null;
    }
}
