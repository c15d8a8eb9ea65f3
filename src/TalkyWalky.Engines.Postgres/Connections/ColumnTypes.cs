using System.Data;
using Dapper;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Connections;

/// <summary>How our own values stand in columns: ids and hashes as bytea, times and unsigned numbers as bigint.</summary>
internal static class ColumnTypes
{
    public static void Register()
    {
        Add<UserId, byte[]>(DbType.Binary, static id => id.ToArray(), static bytes => UserId.TryRead(bytes, out var id) ? id : throw Damaged(bytes));
        Add<DeviceId, byte[]>(DbType.Binary, static id => id.ToArray(), static bytes => DeviceId.TryRead(bytes, out var id) ? id : throw Damaged(bytes));
        Add<ConversationId, byte[]>(DbType.Binary, static id => id.ToArray(), static bytes => ConversationId.TryRead(bytes, out var id) ? id : throw Damaged(bytes));
        Add<Digest, byte[]>(DbType.Binary, static hash => hash.ToArray(), static bytes => Digest.TryRead(bytes, out var hash) ? hash : throw Damaged(bytes));
        Add<DateTimeOffset, long>(DbType.Int64, static time => time.UtcTicks, static ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
        // PostgreSQL has signed integers only; the bits are kept.
        Add<ulong, long>(DbType.Int64, static number => unchecked((long)number), static bits => unchecked((ulong)bits));
    }

    private static void Add<T, TColumn>(DbType type, Func<T, TColumn> write, Func<TColumn, T> read) where T : struct
    {
        // What Dapper knows by itself goes before a handler.
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(new Handler<T, TColumn>(type, write, read));
    }

    private static EngineException Damaged(byte[] bytes) => new($"the database is damaged: an id or a hash has {bytes.Length} bytes; restore it from a backup");

    private sealed class Handler<T, TColumn>(DbType type, Func<T, TColumn> write, Func<TColumn, T> read) : SqlMapper.TypeHandler<T>
    {
        public override T Parse(object? value) => read((TColumn)value!);

        public override void SetValue(IDbDataParameter parameter, T? value) => (parameter.DbType, parameter.Value) = (type, write(value!));
    }
}
