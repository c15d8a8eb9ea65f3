using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Backfill;

/// <summary>The question for messages that this device missed.</summary>
/// <param name="Job">Names the backfill; the answer says it again.</param>
/// <param name="To">The one own device that is to go on; null for any.</param>
/// <param name="Conversation">Null between own devices: all of them.</param>
/// <param name="Since">Unix milliseconds.</param>
/// <param name="After">Where the page before ended, in the words of who gave it; empty for the first.</param>
internal sealed record BackfillRequest(MessageId Job, DeviceId? To, ConversationId? Conversation, long Since, string After);

/// <param name="From">The author's username.</param>
/// <param name="Session">Where it was sent, with <paramref name="N"/>: its place and the gap it fills. Null when the giver does not know any more.</param>
/// <param name="What">Empty for a text; else a kind whose JSON the text is.</param>
internal sealed record GivenMessage(UserId Author, string From, MessageId Id, long Sent, SessionId? Session, int N, ulong Epoch, string What, string Text);

/// <param name="Peer">The other person of a direct conversation; null for a room.</param>
/// <param name="Name">That person's username, or the room's name.</param>
internal sealed record GivenPart(ConversationId Conversation, UserId? Peer, string Name, IReadOnlyList<GivenMessage> Messages);

/// <param name="IsWhole">Of what was asked for nothing is missing at the giver.</param>
/// <param name="Next">Ask for this; empty when there is no more.</param>
internal sealed record BackfillPage(MessageId Job, bool IsWhole, string Next, IReadOnlyList<GivenPart> Parts);

/// <summary>Both as canonical JSON (docs/protocol.md section 5.7). Texts are b64u, so that no text passes the bound of a body by its escapes.</summary>
internal static class BackfillBody
{
    public const string Kind = "backfill", RequestKind = "backfill-request";

    public const int MaxCursor = 64, MaxParts = 64, MaxMessages = 512;

    private const int MaxName = 400, MaxWhat = 32, MaxText = 256 * 1024;
    private const long MaxEpoch = (1L << 53) - 1;
    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static byte[] Write(BackfillRequest request)
    {
        using var json = new CanonicalJsonWriter();
        json.Raw("{\"kind\":\"backfill-request\",\"id\":"u8).String(request.Job.ToString()).Raw(",\"to\":"u8).String(request.To?.ToString() ?? "");
        json.Raw(",\"conv\":"u8).String(request.Conversation?.ToString() ?? "").Raw(",\"since\":"u8).Number(request.Since);
        return json.Raw(",\"after\":"u8).String(request.After).Raw("}"u8).Written.ToArray();
    }

    public static BackfillRequest? TryReadRequest(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        return reader.Literal("{\"kind\":\"backfill-request\",\"id\":"u8) && reader.String(32, out var idText) && MessageId.TryParse(idText, out var id)
            && reader.Literal(",\"to\":"u8) && reader.String(32, out var toText) && TryReadOptional<DeviceId>(toText, DeviceId.TryParse, out var to)
            && reader.Literal(",\"conv\":"u8) && reader.String(64, out var conversationText) && TryReadOptional<ConversationId>(conversationText, TryParse, out var conversation)
            && reader.Literal(",\"since\":"u8) && reader.Number(MaxTime, out var since)
            && reader.Literal(",\"after\":"u8) && reader.String(MaxCursor, out var after)
            && reader.Literal("}"u8) && reader.AtEnd
                ? new BackfillRequest(id, to, conversation, since, after)
                : null;
    }

    public static byte[] Write(BackfillPage page)
    {
        using var json = new CanonicalJsonWriter(64 * 1024);
        json.Raw("{\"kind\":\"backfill\",\"id\":"u8).String(page.Job.ToString()).Raw(",\"whole\":"u8).Number(page.IsWhole ? 1 : 0);
        json.Raw(",\"next\":"u8).String(page.Next).Raw(",\"parts\":["u8);
        for (var i = 0; i < page.Parts.Count; i++)
        {
            var part = page.Parts[i];
            json.Raw(i > 0 ? ",{\"conv\":"u8 : "{\"conv\":"u8).String(part.Conversation.ToString()).Raw(",\"peer\":"u8).String(part.Peer?.ToString() ?? "");
            json.Raw(",\"name\":"u8).String(part.Name).Raw(",\"messages\":["u8);
            for (var j = 0; j < part.Messages.Count; j++)
            {
                if (j > 0) json.Raw(","u8);
                Write(json, part.Messages[j]);
            }

            json.Raw("]}"u8);
        }

        return json.Raw("]}"u8).Written.ToArray();
    }

    public static BackfillPage? TryReadPage(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        if (!(reader.Literal("{\"kind\":\"backfill\",\"id\":"u8) && reader.String(32, out var idText) && MessageId.TryParse(idText, out var id)
            && reader.Literal(",\"whole\":"u8) && reader.Number(1, out var whole)
            && reader.Literal(",\"next\":"u8) && reader.String(MaxCursor, out var next)
            && reader.Literal(",\"parts\":["u8))) return null;
        var parts = new List<GivenPart>();
        while (!reader.Literal("]}"u8))
        {
            if (parts.Count == MaxParts || (parts.Count > 0 && !reader.Literal(","u8)) || TryReadPart(ref reader) is not { } part) return null;
            parts.Add(part);
        }

        return reader.AtEnd ? new BackfillPage(id, whole == 1, next, parts) : null;
    }

    private static void Write(CanonicalJsonWriter json, GivenMessage message)
    {
        json.Raw("{\"author\":"u8).String(message.Author.ToString()).Raw(",\"from\":"u8).String(message.From).Raw(",\"id\":"u8).String(message.Id.ToString());
        json.Raw(",\"sent\":"u8).Number(message.Sent).Raw(",\"sid\":"u8).String(message.Session?.ToString() ?? "").Raw(",\"n\":"u8).Number(message.N);
        json.Raw(",\"epoch\":"u8).Number((long)message.Epoch).Raw(",\"what\":"u8).String(message.What);
        json.Raw(",\"text\":"u8).Base64Url(Encoding.UTF8.GetBytes(message.Text)).Raw("}"u8);
    }

    private static GivenPart? TryReadPart(ref CanonicalJsonReader reader)
    {
        if (!(reader.Literal("{\"conv\":"u8) && reader.String(64, out var conversationText) && TryParse(conversationText, out var conversation)
            && reader.Literal(",\"peer\":"u8) && reader.String(36, out var peerText)
            && TryReadOptional<UserId>(peerText, UserId.TryParse, out var peer)
            && reader.Literal(",\"name\":"u8) && reader.String(MaxName, out var name)
            && reader.Literal(",\"messages\":["u8))) return null;
        var messages = new List<GivenMessage>();
        while (!reader.Literal("]}"u8))
        {
            if (messages.Count == MaxMessages || (messages.Count > 0 && !reader.Literal(","u8)) || TryReadMessage(ref reader) is not { } message) return null;
            messages.Add(message);
        }

        return new GivenPart(conversation, peer, name, messages);
    }

    private static GivenMessage? TryReadMessage(ref CanonicalJsonReader reader) =>
        reader.Literal("{\"author\":"u8) && reader.String(36, out var authorText) && UserId.TryParse(authorText, out var author)
        && reader.Literal(",\"from\":"u8) && reader.String(MaxName, out var from)
        && reader.Literal(",\"id\":"u8) && reader.String(32, out var idText) && MessageId.TryParse(idText, out var id)
        && reader.Literal(",\"sent\":"u8) && reader.Number(MaxTime, out var sent)
        && reader.Literal(",\"sid\":"u8) && reader.String(64, out var sessionText) && TryReadOptional<SessionId>(sessionText, TryParseSession, out var session)
        && reader.Literal(",\"n\":"u8) && reader.Number(Limits.MessagesPerSession - 1, out var n)
        && reader.Literal(",\"epoch\":"u8) && reader.Number(MaxEpoch, out var epoch)
        && reader.Literal(",\"what\":"u8) && reader.String(MaxWhat, out var what)
        && reader.Literal(",\"text\":"u8) && reader.String(4 * MaxText / 3, out var encoded) && Decode(encoded) is { } text
        && reader.Literal("}"u8)
            ? new GivenMessage(author, from, id, sent, session, (int)n, (ulong)epoch, what, text)
            : null;

    private static string? Decode(string encoded)
    {
        if (StrictBase64Url.TryDecode(Encoding.ASCII.GetBytes(encoded)) is not { } bytes || !System.Text.Unicode.Utf8.IsValid(bytes)) return null;
        return Encoding.UTF8.GetString(bytes);
    }

    private delegate bool Parse<T>(string text, out T value);

    private static bool TryReadOptional<T>(string text, Parse<T> parse, out T? value)
        where T : struct
    {
        value = null;
        if (text.Length == 0) return true;
        if (!parse(text, out var parsed)) return false;
        value = parsed;
        return true;
    }

    private static bool TryParse(string text, out ConversationId id)
    {
        var ok = Digest.TryParse(text, out var digest);
        id = new ConversationId(digest);
        return ok;
    }

    private static bool TryParseSession(string text, out SessionId id)
    {
        var ok = Digest.TryParse(text, out var digest);
        id = new SessionId(digest);
        return ok;
    }
}
