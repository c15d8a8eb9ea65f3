using Microsoft.Data.Sqlite;

namespace TalkyWalky.Client.Store;

/// <summary>What opening a profile folder came to.</summary>
internal abstract record FolderOpening
{
    private FolderOpening() { }

    public sealed record Opened(ProfileFolder Folder) : FolderOpening;

    public sealed record Missing(string Why) : FolderOpening;

    public sealed record InUse(string Why) : FolderOpening;

    public sealed record WrongPassphrase(string Why) : FolderOpening;

    public sealed record Damaged(string Why) : FolderOpening;
}

/// <summary>A profile that this process owns: its lock and its open database. PROFILE/profile.lock, PROFILE/profile.db.</summary>
internal sealed class ProfileFolder : IAsyncDisposable
{
    private const int SqliteCorrupt = 11, SqliteNotADatabase = 26;

    private readonly FileStream _lock;

    private ProfileFolder(string path, FileStream held, Database database)
    {
        Path = path;
        _lock = held;
        Database = database;
    }

    public string Path { get; }

    public Database Database { get; }

    public static bool HasProfile(string path) => File.Exists(DatabaseFile(path));

    /// <summary>Opens the profile; makes an empty one when <paramref name="create"/> is set and there is none. Blocks for the passphrase's 600,000 rounds.</summary>
    public static FolderOpening Open(string path, string passphrase, bool create)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!create && !HasProfile(path)) return new FolderOpening.Missing($"There is no profile in {path}: register, or log in with an account that you have.");
        FileStream held;
        try
        {
            OwnerOnly.MakeFolder(path);
            held = TakeLock(path);
        }
        catch (IOException failure) when (failure is not DirectoryNotFoundException and not PathTooLongException)
        {
            return new FolderOpening.InUse($"Another program uses the profile {path}: close it, or let it do the work.");
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or DirectoryNotFoundException or PathTooLongException)
        {
            return new FolderOpening.Damaged($"The profile folder {path} cannot be used: {failure.Message}");
        }

        return OpenDatabase(path, passphrase, held);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _lock.DisposeAsync();
    }

    /// <summary>Closes the profile and deletes it: nothing worth keeping was made yet.</summary>
    public async Task DiscardAsync()
    {
        await Database.DisposeAsync();
        foreach (var end in (string[])["", "-wal", "-shm"]) File.Delete(DatabaseFile(Path) + end);
        await _lock.DisposeAsync();
    }

    private static string DatabaseFile(string path) => System.IO.Path.Combine(path, "profile.db");

    private static FolderOpening OpenDatabase(string path, string passphrase, FileStream held)
    {
        SqliteConnection? connection = null;
        var kept = false;
        try
        {
            connection = Connect(path);
            var vault = Prepare(connection, passphrase);
            if (vault is null)
                return new FolderOpening.WrongPassphrase($"This passphrase does not open the profile {path}. Without the right one nobody can read it.");
            kept = true;
            return new FolderOpening.Opened(new ProfileFolder(path, held, new Database(connection, vault)));
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase)
        {
            return new FolderOpening.Damaged($"The profile {path} is damaged ({failure.Message}). Restore profile.db from a copy, or enrol this device anew in another folder.");
        }
        catch (ProfileDamagedException failure)
        {
            return new FolderOpening.Damaged($"The profile {path} is damaged: {failure.Message}. Restore profile.db from a copy, or enrol this device anew in another folder.");
        }
        catch (SqliteException failure)
        {
            return new FolderOpening.Damaged($"The profile {path} cannot be opened: {StoreFailure.Explain(failure)}");
        }
        finally
        {
            if (!kept)
            {
                connection?.Dispose();
                held.Dispose();
            }
        }
    }

    private static SqliteConnection Connect(string path)
    {
        NativeSqlite.Ensure();
        var file = DatabaseFile(path);
        if (!File.Exists(file)) File.Open(file, OwnerOnly.File(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite)).Dispose();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY");
        return connection;
    }

    // A passphrase that is wrong changes nothing. One transaction makes tables and key: a crash leaves either an empty file or a whole profile.
    private static Vault? Prepare(SqliteConnection connection, string passphrase)
    {
        var version = (int)Number(connection, "PRAGMA user_version");
        if (version > Schema.Steps.Count)
            throw new ProfileDamagedException($"it was written by a newer TalkyWalky (format {version}, this program knows {Schema.Steps.Count})");
        var vault = version == 0 ? null : Vault.Unlock(ReadHeader(connection), passphrase);
        if (version > 0 && vault is null) return null;
        using var transaction = connection.BeginTransaction();
        foreach (var step in Schema.Steps.Skip(version)) Run(connection, step);
        if (vault is null)
        {
            (vault, var header) = Vault.Create(passphrase);
            WriteHeader(connection, header);
        }

        Run(connection, $"PRAGMA user_version = {Schema.Steps.Count}");
        transaction.Commit();
        return vault;
    }

    private static void WriteHeader(SqliteConnection connection, VaultHeader header)
    {
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO vault(id, salt, iterations, wrapped) VALUES (1, $salt, $iterations, $wrapped)";
        insert.Parameters.AddWithValue("$salt", header.Salt);
        insert.Parameters.AddWithValue("$iterations", header.Iterations);
        insert.Parameters.AddWithValue("$wrapped", header.Wrapped);
        insert.ExecuteNonQuery();
    }

    private static VaultHeader ReadHeader(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT salt, iterations, wrapped FROM vault";
        using var reader = command.ExecuteReader();
        if (!reader.Read()) throw new ProfileDamagedException("its key is missing");
        return new VaultHeader(reader.Bytes(0), reader.GetInt32(1), reader.Bytes(2));
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every text is a constant of this assembly
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // every text is a constant of this assembly
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    // FileShare.None is flock(2) on Unix: the system lets go of it however the process ends.
    private static FileStream TakeLock(string path) => File.Open(System.IO.Path.Combine(path, "profile.lock"), OwnerOnly.File(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
}
