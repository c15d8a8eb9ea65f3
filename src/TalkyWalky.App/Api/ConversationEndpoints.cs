using TalkyWalky.App.Http;
using TalkyWalky.App.Live;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>Conversations, their messages, and what the person does with them.</summary>
internal static class ConversationEndpoints
{
    private const string One = "/conversations/{kind}/{name}";
    private const int UsualPage = 50, LargestPage = 1000;

    private static readonly QueryParameter[] Page =
    [
        new("limit", "How many messages, 1 to 1,000; 50 unless told."),
        new("before", "A position: the newest ones before it."),
        new("after", "A position: the oldest ones after it; 0 for the first of all. Not together with before."),
    ];

    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Give("GET", "/conversations", "Those that are not closed, the one with the newest message first.", ApiJson.Types.ConversationLineArray, call => ListAsync(app, call)),
        Routes.Give("GET", $"{One}/messages", "A page of messages, oldest first: the newest page unless told.", ApiJson.Types.MessageLineArray,
            call => Names.InAsync(call, of => HistoryAsync(app, call, of)), Page),
        Routes.Exchange("POST", $"{One}/messages", "Sends a message: answers when it is kept, before it is sent. Sent again with the same id, it is one message.",
            ApiJson.Types.SendBody, ApiJson.Types.MessageLine, (call, body) => Names.InAsync(call, to => SendAsync(app, call, to, body)), ApiEndpoint.TextBody),
        Routes.Give("DELETE", $"{One}/messages", "Deletes the messages of a conversation from this computer for good.", ApiJson.Types.ClearedBody,
            call => Names.InAsync(call, of => ClearAsync(app, call, of))),
        Routes.Do("DELETE", $"{One}/messages/{{id}}", "Takes an own message that was refused out of the history.", call => Names.InAsync(call, of => DiscardAsync(app, call, of))),
        Routes.Give("DELETE", "/messages", "Deletes the messages of all conversations from this computer for good.", ApiJson.Types.ClearedBody, call => ClearAsync(app, call, null)),
        Routes.Do("POST", $"{One}/typing", "Tells others that the person is typing; call it on each key.", call => Names.InAsync(call, to => TypingAsync(app, call, to))),
        Routes.Take("POST", $"{One}/read", "Marks messages as seen.", ApiJson.Types.ReadBody, (call, body) => Names.InAsync(call, of => ReadAsync(app, call, of, body))),
        Routes.Take("PUT", $"{One}/mute", "Mutes a conversation, or ends that.", ApiJson.Types.MuteBody,
            (call, body) => Names.InAsync(call, of => OwnAsync(app, call, new OwnRequest.Mute(of, body.Muted)))),
        Routes.Do("POST", $"{One}/close", "Hides a conversation until something new comes.", call => Names.InAsync(call, of => OwnAsync(app, call, new OwnRequest.CloseConversation(of)))),
        Routes.Take("PUT", $"{One}/draft", "Keeps what was begun and not sent; an empty text forgets it.", ApiJson.Types.DraftTextBody,
            (call, body) => Names.InAsync(call, of => DraftAsync(app, call, of, body)), ApiEndpoint.TextBody),
        Routes.Give("GET", "/drafts", "What was begun and not sent.", ApiJson.Types.DraftBodyArray, call => DraftsAsync(app, call)),
    ];

    private static async Task<Answer<ConversationLine[]>> ListAsync(AppParts app, Call call) =>
        (await app.Chat.ConversationsAsync(call.Cancellation)).Select(ConversationLine.Of).ToArray();

    private static async Task<Answer<MessageLine[]>> HistoryAsync(AppParts app, Call call, Target of)
    {
        if (!call.TryNumber("limit", out var limit) || limit is < 1 or > LargestPage) return Problem.Invalid("A page has 1 to 1,000 messages.");
        if (!call.TryNumber("before", out var before) || !call.TryNumber("after", out var after) || (before is not null && after is not null))
            return Problem.Invalid("before or after is the position of a message: a decimal number.");
        var count = (int)(limit ?? UsualPage);
        var page = after is { } from
            ? await app.Chat.HistoryAfterAsync(of, count, from, call.Cancellation)
            : await app.Chat.HistoryAsync(of, count, before, call.Cancellation);
        return page.Select(MessageLine.Of).ToArray();
    }

    private static async Task<Answer<MessageLine>> SendAsync(AppParts app, Call call, Target to, SendBody body)
    {
        if (!Names.TryMessage(body.Id, out var id)) return Problem.Invalid("The id of a message is a UUID.");
        // Once begun it is kept whether or not the caller waits for the answer.
        return Kept(app, await app.Chat.KeepAsync(id, to, body.Text, CancellationToken.None));
    }

    /// <summary>A message that was kept here is shown by the other windows too.</summary>
    public static Answer<MessageLine> Kept(AppParts app, SendOutcome outcome)
    {
        var message = outcome switch
        {
            SendOutcome.Sent sent => sent.Message,
            SendOutcome.Queued queued => queued.Message,
            SendOutcome.Refused refused => (Answer<ChatMessage>)Problem.Refused(refused.Why),
            SendOutcome.NotLoggedIn locked => Problem.NotLoggedIn(locked.Why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (message.Value is not { } kept) return message.Problem!;
        var line = MessageLine.Of(kept);
        app.Hub.Publish(new LiveEvent.MessageCame(line));
        app.Session.StatusIsDue();
        return line;
    }

    private static async Task<Answer<ClearedBody>> ClearAsync(AppParts app, Call call, Target? of)
    {
        var key = of is null ? null : await KeyAsync(app, call, of);
        var answer = await app.Chat.OwnAsync(new OwnRequest.ClearHistory(of), call.Cancellation);
        if (answer is not OwnAnswer.Cleared cleared) return Answers.ProblemOf(answer);
        app.Hub.Publish(new LiveEvent.HistoryCleared(key));
        app.Session.StatusIsDue();
        return new ClearedBody(cleared.Messages);
    }

    private static async Task<Answer<Nothing>> DiscardAsync(AppParts app, Call call, Target of)
    {
        if (!Names.TryMessage(call.Segment("id"), out var id)) return Problem.Invalid("The id of a message has 32 hex digits.");
        var key = await KeyAsync(app, call, of);
        var answer = await OwnAsync(app, call, new OwnRequest.Discard(of, id));
        if (answer.Problem is null) app.Hub.Publish(new LiveEvent.MessageDiscarded(key, id.ToString()));
        return answer;
    }

    // A path may name bob as BOB; events name everybody one way, which the messages have.
    private static async Task<string> KeyAsync(AppParts app, Call call, Target of)
    {
        var newest = await app.Chat.HistoryAsync(of, limit: 1, before: null, call.Cancellation);
        return Names.Key(of.IsRoom || newest.Count == 0 ? of : Target.Person(newest[0].With), of.Name);
    }

    private static async Task<Answer<Nothing>> TypingAsync(AppParts app, Call call, Target to)
    {
        await app.Chat.TypingAsync(to, call.Cancellation);
        return Nothing.Here;
    }

    private static async Task<Answer<Nothing>> ReadAsync(AppParts app, Call call, Target of, ReadBody body)
    {
        long? upTo = null;
        if (body.UpTo is { } text)
        {
            if (!long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var position))
                return Problem.Invalid("upTo is the position of a message, or null.");
            upTo = position;
        }

        return await OwnAsync(app, call, new OwnRequest.MarkRead(of, upTo));
    }

    private static async Task<Answer<Nothing>> DraftAsync(AppParts app, Call call, Target of, DraftTextBody body) =>
        body.Text.Length > Limits.Text ? Problem.Invalid("A draft has at most 65,536 characters.") : await OwnAsync(app, call, new OwnRequest.KeepDraft(of, body.Text));

    private static async Task<Answer<DraftBody[]>> DraftsAsync(AppParts app, Call call) =>
        await app.Chat.OwnAsync(new OwnRequest.Drafts(), call.Cancellation) switch
        {
            OwnAnswer.Drafts drafts => drafts.Kept.Select(static draft => new DraftBody(Names.Key(draft.Target, draft.Conversation.ToString()), draft.Text)).ToArray(),
            var other => Answers.ProblemOf(other),
        };

    private static async Task<Answer<Nothing>> OwnAsync(AppParts app, Call call, OwnRequest request) => Answers.Done(await app.Chat.OwnAsync(request, call.Cancellation));
}
