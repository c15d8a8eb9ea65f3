using TalkyWalky.Engines.Postgres;

namespace TalkyWalky.Server.Configuration;

/// <param name="IsPostgres">Else the store is the file in the data folder, and a database may be described all the same, to be moved to.</param>
/// <param name="Database">Its password is the one of the environment, if that is set.</param>
/// <param name="PasswordFile">Read when the database is opened.</param>
internal sealed record StoreSettings(bool IsPostgres, PostgresOptions Database, string? PasswordFile)
{
    public static StoreSettings Read(SettingValues values)
    {
        var isPostgres = values.Read(StoreKeys.Type);
        var options = new PostgresOptions(
            values.Read(StoreKeys.Servers),
            values.Read(StoreKeys.Database),
            values.Read(StoreKeys.Username),
            values.Read(StoreKeys.Password),
            values.Read(StoreKeys.Tls),
            values.Read(StoreKeys.CaFile),
            (int)values.Read(StoreKeys.Connections),
            values.Read(StoreKeys.Timeout));
        return new StoreSettings(isPostgres, options, values.Read(StoreKeys.PasswordFile));
    }

    /// <summary>What does not fit together, as a sentence; null when all does.</summary>
    public string? Contradiction() => IsPostgres ? DatabaseFault() : null;

    /// <summary>Why the database cannot be used, as a sentence; null when it can be tried.</summary>
    public string? DatabaseFault()
    {
        if (Database.Servers.Count == 0) return $"PostgreSQL as the store needs {StoreKeys.Servers.Name}; give {StoreKeys.Servers.Allowed}";
        if (Database.Password is not null && PasswordFile is not null) return $"{StoreKeys.Password.EnvironmentName} and {StoreKeys.PasswordFile.Name} are both set; keep one of them";
        return Database.Fault();
    }
}
