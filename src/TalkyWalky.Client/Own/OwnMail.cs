using TalkyWalky.Client.Backfill;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>An opened message that a program wrote for a program.</summary>
/// <param name="Contact">The conversation it came in.</param>
internal sealed record OwnLetter(UserId User, DeviceId Device, ConversationId Conversation, long Contact, string Kind, ReadOnlyMemory<byte> Json);

/// <summary>
/// What devices tell each other without showing it: state and history between a person's own ones, and history that its authors give again. Runs in the transaction
/// that stores the message's session, so that an answer is made exactly once.
/// </summary>
internal sealed class OwnMail(Rows rows, UserId self, DeviceId device, DateTimeOffset now, InboxResult result)
{
    private static readonly TimeSpan GiveInterval = TimeSpan.FromMinutes(1);

    public static bool Handles(string kind) => kind is StateBody.Kind or StateBody.RequestKind or BackfillBody.Kind or BackfillBody.RequestKind;

    /// <summary>Null when it was taken; else why it is refused.</summary>
    public string? Take(OwnLetter letter)
    {
        var isOwn = letter.User == self && letter.Conversation == ConversationId.Direct(rows.Rooms.Anchor, self, self);
        var isDirect = letter.User != self && letter.Conversation == ConversationId.Direct(rows.Rooms.Anchor, self, letter.User);
        if (!isOwn && !isDirect) return "not in a conversation for this";
        return letter.Kind switch
        {
            StateBody.Kind when isOwn => TakeState(letter),
            StateBody.RequestKind when isOwn => GiveState(letter),
            BackfillBody.RequestKind when BackfillBody.TryReadRequest(letter.Json.Span) is { } request => new BackfillGiver(rows, self, device, result).Give(letter, request, isOwn, now),
            BackfillBody.Kind when BackfillBody.TryReadPage(letter.Json.Span) is { } page => new BackfillTaker(rows, self, result, now).Take(letter, page, isOwn),
            BackfillBody.RequestKind or BackfillBody.Kind => "malformed",
            _ => "not from an own device",
        };
    }

    private string? TakeState(OwnLetter letter)
    {
        if (StateBody.TryRead(letter.Json.Span) is not { } entries) return "malformed";
        StateChanges.Apply(rows, entries, now, result.Conversations);
        return null;
    }

    private string? GiveState(OwnLetter letter)
    {
        if (!letter.Json.Span.SequenceEqual(StateBody.Request)) return "malformed";
        var time = (ulong)now.ToUnixTimeMilliseconds();
        if (rows.Settings.GetNumber(SettingNames.StateGiven) + (ulong)GiveInterval.TotalMilliseconds > time) return null;
        rows.Settings.SetNumber(SettingNames.StateGiven, time);
        for (var after = ""; rows.States.After(after, StateBody.MaxEntries) is { Count: > 0 } page; after = page[^1].Name)
            rows.Outbox.AddOwn(letter.Contact, StateBody.Write(page), now);
        result.Pokes.Add(letter.Contact);
        return null;
    }
}
