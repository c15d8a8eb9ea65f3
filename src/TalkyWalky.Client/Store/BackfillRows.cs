using Microsoft.Data.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Store;

internal enum BackfillState
{
    Waiting = 0,
    Asked = 1,
    Done = 2,
}

/// <summary>One source that is asked for what this device missed.</summary>
/// <param name="Peer">The person's own devices, or an author.</param>
/// <param name="Conversation">Null between own devices: all of them.</param>
/// <param name="Since">Unix milliseconds; 0 for all there is.</param>
/// <param name="Device">The one that goes on answering; null before the first page.</param>
internal sealed record BackfillJob(
    MessageId Job, UserId Peer, ConversationId? Conversation, long Since, BackfillState State, DateTimeOffset Asked, DeviceId? Device, string Cursor);

/// <summary>What is being fetched from other devices. Durable, so that a page that comes after a restart still counts.</summary>
internal sealed class BackfillRows(Rows rows)
{
    private const string Select = "SELECT job, peer, conversation, since, state, asked, device, cursor FROM backfill";

    public BackfillJob? Find(MessageId job) => rows.First(Select + " WHERE job = ?1", Read, job.ToArray());

    public BackfillJob? Find(UserId peer, ConversationId? conversation) => rows.First(Select + " WHERE peer = ?1 AND conversation = ?2", Read, peer.ToArray(), Key(conversation));

    /// <summary>Begins anew, as far back as an unfinished one reaches.</summary>
    public void Begin(UserId peer, ConversationId? conversation, long since)
    {
        if (Find(peer, conversation) is { State: not BackfillState.Done } known)
        {
            if (known.State == BackfillState.Waiting && known.Since <= since) return;
            since = Math.Min(since, known.Since);
        }

        rows.Execute("DELETE FROM backfill WHERE peer = ?1 AND conversation = ?2", peer.ToArray(), Key(conversation));
        Save(new BackfillJob(MessageId.New(), peer, conversation, since, BackfillState.Waiting, DateTimeOffset.UnixEpoch, null, ""));
    }

    public void Save(BackfillJob job) => rows.Execute(
        """
        INSERT INTO backfill(job, peer, conversation, since, state, asked, device, cursor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT(job) DO UPDATE SET state = excluded.state, asked = excluded.asked, device = excluded.device, cursor = excluded.cursor
        """,
        job.Job.ToArray(), job.Peer.ToArray(), Key(job.Conversation), job.Since, (int)job.State, job.Asked.ToUnixTimeMilliseconds(), job.Device?.ToArray(), job.Cursor);

    /// <summary>Of authors: those not asked yet.</summary>
    public List<BackfillJob> Waiting(UserId self, int limit) => rows.Query(Select + " WHERE state = 0 AND peer <> ?1 LIMIT ?2", Read, self.ToArray(), limit);

    /// <summary>Authors who were asked since then and have not given all.</summary>
    public int CountAsked(UserId self, DateTimeOffset since) =>
        (int)rows.Number("SELECT count(*) FROM backfill WHERE state = 1 AND peer <> ?1 AND asked > ?2", self.ToArray(), since.ToUnixTimeMilliseconds());

    public bool HasWaiting() => rows.Number("SELECT EXISTS (SELECT 1 FROM backfill WHERE state = 0)") > 0;

    /// <summary>An answer that did not come while a mailbox keeps anything will not come.</summary>
    public void GiveUp(DateTimeOffset askedBefore) => rows.Execute("UPDATE backfill SET state = 2 WHERE state = 1 AND asked < ?1", askedBefore.ToUnixTimeMilliseconds());

    private static byte[] Key(ConversationId? conversation) => conversation?.ToArray() ?? [];

    private static BackfillJob Read(SqliteDataReader reader)
    {
        MessageId.TryRead(reader.Bytes(0), out var job);
        UserId.TryRead(reader.Bytes(1), out var peer);
        return new BackfillJob(
            job, peer, ConversationId.TryRead(reader.Bytes(2), out var conversation) ? conversation : null, reader.GetInt64(3), (BackfillState)reader.GetInt32(4),
            reader.Time(5), DeviceId.TryRead(reader.BytesOrNull(6), out var device) ? device : null, reader.GetString(7));
    }
}
