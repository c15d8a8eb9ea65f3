using System.Globalization;
using TalkyWalky.Client.Own;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Backfill;

/// <summary>
/// Answers a request, one page for each: an own device gets everything; anyone else gets what this person wrote, in a conversation that the asker was in when it was
/// written (docs/protocol.md section 5.7).
/// </summary>
internal sealed class BackfillGiver(Rows rows, UserId self, DeviceId device, InboxResult result)
{
    /// <summary>Bytes of texts in a page; at least one message whatever its size.</summary>
    private const int PageBytes = 48 * 1024;

    /// <summary>Bytes of a message beside its text, and of the longest that is given: a body holds 256 KiB.</summary>
    private const int Overhead = 450, MaxText = 128 * 1024;

    private const int ReadAtOnce = 64, MaxQueued = 8, TimeShift = 20;

    /// <summary>An author's clock may be behind the server's, which says since when.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    public string? Give(OwnLetter letter, BackfillRequest request, bool isOwn, DateTimeOffset now)
    {
        if (isOwn != request.Conversation is null || !TryParse(request.After, out var cursor)) return "malformed";
        if (request.To is { } to && to != device) return null;
        Contact? only = null;
        if (request.Conversation is { } conversation)
        {
            only = rows.Contacts.Find(conversation);
            if (only is null || (only.Kind == ContactKind.Person && only.User != letter.User) || only.Kind == ContactKind.OwnDevices) return "asks for a conversation of others";
        }

        // Who asks faster than the answers leave is answered when it asks again.
        if (rows.Outbox.CountOwn(letter.Contact) >= MaxQueued) return null;
        rows.Outbox.AddOwn(letter.Contact, BackfillBody.Write(Page(request, cursor, letter.User, only)), now);
        result.Pokes.Add(letter.Contact);
        return null;
    }

    private BackfillPage Page(BackfillRequest request, (long Contact, long Position) cursor, UserId asker, Contact? only)
    {
        var since = Math.Max(0, request.Since - (long)Slack.TotalMilliseconds) << TimeShift;
        var parts = new List<GivenPart>();
        var budget = PageBytes;
        foreach (var id in only is null ? ContactsFrom(cursor.Contact, since) : [only.Id])
        {
            if (only is null && parts.Count == BackfillBody.MaxParts) return Finish($"{id}.0");
            if (rows.Contacts.Find(id) is not { Conversation: { } conversation } contact) continue;
            var after = Math.Max(since - 1, id == cursor.Contact ? cursor.Position : -1);
            var messages = new List<GivenMessage>();
            var last = Collect(contact, after, only is null ? null : asker, messages, ref budget);
            if (messages.Count > 0) parts.Add(new GivenPart(conversation, contact.User, contact.Username, messages));
            if (last is { } position) return Finish(string.Create(CultureInfo.InvariantCulture, $"{id}.{position}"));
        }

        return Finish("");

        BackfillPage Finish(string next) => new(request.Job, IsWhole(request.Since), next, parts);
    }

    /// <summary>Where to go on, if the page is full; null when the conversation came to its end.</summary>
    /// <param name="asker">Null for an own device, which gets all.</param>
    private long? Collect(Contact contact, long after, UserId? asker, List<GivenMessage> messages, ref int budget)
    {
        while (rows.Messages.Stored(contact.Id, after, asker is null ? null : self, ReadAtOnce) is { Count: > 0 } read)
        {
            foreach (var (position, message) in read)
            {
                var size = Overhead + (message.Text.Length * 4);
                if (messages.Count == BackfillBody.MaxMessages || (budget < PageBytes && size > budget)) return after;
                after = position;
                if (message.Text.Length > MaxText || !WasReader(contact, message.Epoch, asker)) continue;
                messages.Add(message);
                budget -= size;
            }
        }

        return null;
    }

    // Never what was written before someone joined, nor after someone was removed.
    private bool WasReader(Contact contact, ulong epoch, UserId? asker) =>
        asker is not { } user || contact.Kind == ContactKind.Person || rows.Rooms.At(contact.Conversation!.Value, epoch)?.Members.ContainsKey(user) == true;

    private bool IsWhole(long since) =>
        rows.Settings.GetNumber(SettingNames.HistorySince) <= (ulong)since && rows.Backfill.Find(self, null) is null or { State: BackfillState.Done };

    private List<long> ContactsFrom(long first, long since) => rows.Query(
        "SELECT c.id FROM contact c WHERE c.kind IN (0, 1) AND c.id >= ?1 AND EXISTS (SELECT 1 FROM message m WHERE m.contact = c.id AND m.position >= ?2) ORDER BY c.id LIMIT ?3",
        static reader => reader.GetInt64(0), first, since, BackfillBody.MaxParts + 1);

    private static bool TryParse(string text, out (long Contact, long Position) cursor)
    {
        cursor = default;
        if (text.Length == 0) return true;
        if (text.Split('.') is not [var contact, var position]) return false;
        return long.TryParse(contact, NumberStyles.None, CultureInfo.InvariantCulture, out cursor.Contact)
            && long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out cursor.Position);
    }
}
