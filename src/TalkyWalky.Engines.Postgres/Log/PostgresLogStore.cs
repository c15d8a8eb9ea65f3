using TalkyWalky.Engines.Postgres.Connections;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Log;

/// <summary>The transparency log. Nothing is remembered here: another process appends.</summary>
internal sealed class PostgresLogStore(Database database) : ILogStore
{
    public Task<ulong> SizeAsync(CancellationToken cancellation) => database.ReadAsync(LeafTable.SizeAsync, cancellation);

    public Task<IReadOnlyList<LogChange>> ChangesAsync(int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => ChangeTable.ReadAsync(session, limit), cancellation);

    public async Task<bool> AppendAsync(ulong size, LogBatch batch, CancellationToken cancellation)
    {
        batch.Check(size);
        return await database.WriteAsync(session => LeafTable.AppendAsync(session, size, batch), cancellation);
    }

    public Task<IReadOnlyList<byte[]>> LeavesAsync(ulong first, int maxBytes, CancellationToken cancellation) =>
        database.ReadAsync(session => LeafTable.ReadAsync(session, first, maxBytes), cancellation);

    public Task<IReadOnlyList<Digest>> HashesAsync(int level, ulong first, int count, CancellationToken cancellation) =>
        database.ReadAsync(session => LeafTable.HashesAsync(session, level, first, count), cancellation);

    public Task SetTreeHeadAsync(LoggedTreeHead head, CancellationToken cancellation) =>
        database.WriteAsync(session => LeafTable.SetHeadAsync(session, head), cancellation);

    public Task<LoggedTreeHead?> TreeHeadAsync(CancellationToken cancellation) => database.ReadAsync(LeafTable.HeadAsync, cancellation);

    public Task SetUserHeadsAsync(IReadOnlyCollection<SignedUserHead> heads, CancellationToken cancellation) =>
        database.WriteAsync(session => ListTable.SetHeadsAsync(session, heads), cancellation);

    public Task<IReadOnlyDictionary<UserId, UserStatement>> UserStatementsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        database.ReadAsync(session => ListTable.StatementsAsync(session, users), cancellation);

    public Task<IReadOnlyList<LoggedList>> ListsToSignAsync(DateTimeOffset expiring, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => ListTable.ToSignAsync(session, expiring, limit), cancellation);

    public Task<IReadOnlyList<LoggedList>> ListsAsync(UserId user, ulong after, int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => ListTable.OfAsync(session, user, after, limit), cancellation);

    public Task<LoggedList?> FindListAsync(UserId user, Digest identity, CancellationToken cancellation) =>
        database.ReadAsync(session => ListTable.FindAsync(session, user, identity), cancellation);
}
