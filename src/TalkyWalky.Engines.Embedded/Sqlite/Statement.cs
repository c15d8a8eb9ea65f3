using System.Buffers.Binary;
using SQLitePCL;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>
/// One prepared statement of one connection. Parameters are numbered from 1, columns from 0. Disposing gives it back for its next use;
/// the connection finalises it.
/// </summary>
internal sealed class Statement(sqlite3 connection, sqlite3_stmt handle) : IDisposable
{
    private readonly sqlite3 _connection = connection;
    private readonly sqlite3_stmt _handle = handle;

    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_handle, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value) => value is { } number ? Bind(parameter, number) : BindNull(parameter);

    public Statement Bind(int parameter, DateTimeOffset value) => Bind(parameter, value.UtcTicks);

    public Statement Bind(int parameter, string? text)
    {
        if (text is null) return BindNull(parameter);
        Check(raw.sqlite3_bind_text(_handle, parameter, text));
        return this;
    }

    public Statement Bind(int parameter, UInt128 id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return Bind(parameter, bytes);
    }

    public Statement Bind(int parameter, Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        digest.Write(bytes);
        return Bind(parameter, bytes);
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> blob)
    {
        // An empty span has no address, which SQLite would take for NULL.
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(_handle, parameter, 0) : raw.sqlite3_bind_blob(_handle, parameter, blob));
        return this;
    }

    public Statement BindNull(int parameter)
    {
        Check(raw.sqlite3_bind_null(_handle, parameter));
        return this;
    }

    /// <summary>True when there is a row.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        throw Database.Failure(_connection);
    }

    /// <summary>Runs a statement whose rows do not matter and gives it back.</summary>
    public void Run()
    {
        var code = raw.sqlite3_step(_handle);
        if (code is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            var failure = Database.Failure(_connection);
            _ = raw.sqlite3_reset(_handle);
            throw failure;
        }

        _ = raw.sqlite3_reset(_handle);
    }

    /// <summary>As <see cref="Run"/>; how many rows it changed.</summary>
    public int Change()
    {
        Run();
        return raw.sqlite3_changes(_connection);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(_handle, column);

    public int Int32(int column) => raw.sqlite3_column_int(_handle, column);

    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(_handle, column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column);

    public DateTimeOffset Time(int column) => new(Int64(column), TimeSpan.Zero);

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public UInt128 Id(int column) => BinaryPrimitives.ReadUInt128BigEndian(raw.sqlite3_column_blob(_handle, column));

    public Digest Hash(int column) =>
        Digest.TryRead(raw.sqlite3_column_blob(_handle, column), out var digest)
            ? digest
            : throw new SqliteFailure(raw.SQLITE_CORRUPT, "a hash has the wrong length");

    // A statement keeps its snapshot until it is reset. The code repeats the failure that Step reported.
    public void Dispose() => _ = raw.sqlite3_reset(_handle);

    public void Close() => _handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Database.Failure(_connection);
    }
}
