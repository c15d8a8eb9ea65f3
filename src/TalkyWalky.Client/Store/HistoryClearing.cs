namespace TalkyWalky.Client.Store;

/// <summary>Clears the history from the disk (docs/protocol.md section 10).</summary>
internal static class HistoryClearing
{
    /// <summary>Messages deleted in one transaction: others get their turn in between.</summary>
    private const int Batch = 500;

    /// <summary>
    /// Deletes the messages that are stored now and the draft, of one conversation or, with null, of all, and leaves nothing of them in the profile's files. Returns how many
    /// messages; null when there is no such conversation. Stopped half-way it may be repeated.
    /// </summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The messages are deleted or not, but copies may be left in the files.</exception>
    public static async Task<long?> ClearAsync(Database database, Target? conversation, CancellationToken cancellation)
    {
        var scope = await database.RunAsync(rows => Begin(rows, conversation), cancellation);
        if (scope is null) return null;
        var done = 0L;
        while (done < scope.Count)
        {
            var limit = (int)Math.Min(Batch, scope.Count - done);
            var deleted = await database.RunAsync(rows => rows.Cleared.Delete(scope, limit), cancellation);
            if (deleted == 0) break;
            done += deleted;
        }

        await database.RunAloneAsync(static rows => rows.Cleared.Shred(), cancellation);
        return done;
    }

    private static ClearedScope? Begin(Rows rows, Target? conversation)
    {
        if (conversation is null)
        {
            rows.Drafts.ForgetAll();
            return rows.Cleared.Begin(contact: null);
        }

        if (rows.Contacts.Find(conversation) is not { } contact) return null;
        rows.Drafts.Forget(contact);
        return rows.Cleared.Begin(contact.Id);
    }
}
