using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Engines.Embedded.Writing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Log;

/// <summary>The transparency log. Reads go to the readers, every change through the one writer.</summary>
internal sealed class EmbeddedLogStore(GroupWriter writer, Readers readers) : ILogStore
{
    public Task<ulong> SizeAsync(CancellationToken cancellation) => readers.ReadAsync(LeafTable.Size, cancellation);

    public Task<IReadOnlyList<LogChange>> ChangesAsync(int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => ChangeTable.Read(database, limit), cancellation);

    public async Task<bool> AppendAsync(ulong size, LogBatch batch, CancellationToken cancellation)
    {
        batch.Check(size);
        return await writer.WriteAsync(database => LeafTable.Append(database, size, batch), cancellation);
    }

    public Task<IReadOnlyList<byte[]>> LeavesAsync(ulong first, int maxBytes, CancellationToken cancellation) =>
        readers.ReadAsync(database => LeafTable.Read(database, first, maxBytes), cancellation);

    public Task<IReadOnlyList<Digest>> HashesAsync(int level, ulong first, int count, CancellationToken cancellation) =>
        readers.ReadAsync(database => LeafTable.Hashes(database, level, first, count), cancellation);

    public Task SetTreeHeadAsync(LoggedTreeHead head, CancellationToken cancellation) =>
        writer.WriteAsync(database => LeafTable.SetHead(database, head), cancellation);

    public Task<LoggedTreeHead?> TreeHeadAsync(CancellationToken cancellation) => readers.ReadAsync(LeafTable.Head, cancellation);

    public Task SetUserHeadsAsync(IReadOnlyCollection<SignedUserHead> heads, CancellationToken cancellation) =>
        writer.WriteAsync(database => ListTable.SetHeads(database, heads), cancellation);

    public Task<IReadOnlyDictionary<UserId, UserStatement>> UserStatementsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        readers.ReadAsync(database => ListTable.Statements(database, users), cancellation);

    public Task<IReadOnlyList<LoggedList>> ListsToSignAsync(DateTimeOffset expiring, int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => ListTable.ToSign(database, expiring, limit), cancellation);

    public Task<IReadOnlyList<LoggedList>> ListsAsync(UserId user, ulong after, int limit, CancellationToken cancellation) =>
        readers.ReadAsync(database => ListTable.Of(database, user, after, limit), cancellation);

    public Task<LoggedList?> FindListAsync(UserId user, Digest identity, CancellationToken cancellation) =>
        readers.ReadAsync(database => ListTable.Find(database, user, identity), cancellation);
}
