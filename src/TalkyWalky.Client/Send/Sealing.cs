using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Log;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Send;

/// <summary>Seals what waits for one contact, whichever way it then goes.</summary>
internal static class Sealing
{
    /// <summary>What is under way at once is answered within a minute, on a slow line too.</summary>
    private const int MaxBatch = 128, MaxBatchBytes = 1024 * 1024;

    /// <summary>What is sealed already, by ticket, as much as goes out at once.</summary>
    public static List<SealedItem> Read(Rows rows, long contact, long after)
    {
        var batch = new List<SealedItem>();
        var bytes = 0;
        foreach (var item in rows.Outbox.Sealed(contact, MaxBatch, after))
        {
            var jwe = rows.Outbox.Jwe(item);
            bytes += jwe.Length;
            if (batch.Count > 0 && bytes > MaxBatchBytes) break;
            // Messages of one session follow one another and go to the same devices.
            var before = batch is [.., var last] && last.Item.Session == item.Session ? last : null;
            batch.Add(new SealedItem(item, jwe, before?.Epoch ?? rows.Sending.Epoch(item.Session!.Value), before?.Recipients ?? rows.Sending.Recipients(item.Session!.Value)));
        }

        return batch;
    }

    /// <summary>The session that seals for exactly these devices at this place; null when a new one must start.</summary>
    public static SendingRow? Usable(Rows rows, long contact, Readers readers, DateTimeOffset now)
    {
        if (rows.Sending.Active(contact) is not { } active || active.Epoch != readers.Place.Epoch || active.Head != readers.Place.Head) return null;
        if (!rows.Sending.IsFor(active.Session, readers.Devices)) return null;
        using var session = rows.Sending.Load(active.Session);
        return session.IsSpent(now) ? null : active;
    }

    public static async Task<SendingRow> StartAsync(
        Database database, Credentials credentials, LogBook book, long contact, Readers readers, DateTimeOffset now, CancellationToken cancellation)
    {
        var (previous, recipients) = await database.RunAsync(rows => (rows.Sending.LastAccepted(contact), Recipients(rows, readers)), cancellation);
        using var key = credentials.OpenIdentityKey();
        var started = Grants.Start(new GrantOrder(credentials.Identity, key, credentials.Chain, readers.Place, recipients, book.Newest!.Token, previous), now);
        using var session = started.Session;
        await database.RunAsync(rows => rows.Sending.Add(contact, started, readers.Devices), cancellation);
        return new SendingRow(session.Id, SendingState.GrantDue, session.Epoch, readers.Place.Head);
    }

    // The lists by which these people are known now; in direct mode somebody may be known by none.
    private static IReadOnlyList<GrantRecipient> Recipients(Rows rows, Readers readers)
    {
        var lists = readers.Devices.Select(static device => device.User).Distinct().ToDictionary(static user => user, user => rows.Log.SeenList(user));
        return [.. readers.Devices.Select(device => lists[device.User] is { } list ? new GrantRecipient(device, list.Seq, list.Hash) : new GrantRecipient(device, 1, default))];
    }

    /// <summary>One transaction: next session state, sealed bytes and their numbers. Nothing when the session seals no more.</summary>
    public static List<SealedItem> SealDrafts(Rows rows, long contact, SessionId sessionId, DateTimeOffset now)
    {
        if (rows.Sending.Active(contact) is not { } active || active.Session != sessionId) return [];
        var recipients = rows.Sending.Recipients(sessionId);
        var batch = new List<SealedItem>();
        var bytes = 0;
        var session = rows.Sending.Load(sessionId);
        foreach (var draft in rows.Outbox.Drafts(contact, MaxBatch))
        {
            if (session.IsSpent(now) || bytes > MaxBatchBytes) break;
            var done = session.Seal(draft.Message, rows.Outbox.Body(draft), draft.Written);
            session.Dispose();
            session = done.Next;
            bytes += done.Jwe.Length;
            batch.Add(new SealedItem(rows.Outbox.SetSealed(draft, sessionId, done.N, done.Jwe), done.Jwe, session.Epoch, recipients));
        }

        rows.Sending.Save(session);
        session.Dispose();
        return batch;
    }
}
