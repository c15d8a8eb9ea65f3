using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Engines.Ldap;
using TalkyWalky.Engines.Postgres;
using TalkyWalky.Engines.RabbitMq;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Hosting;

/// <summary>Directory, broker and store as the configuration chooses them.</summary>
internal sealed class ServerEngines : IAsyncDisposable
{
    private readonly AsyncDisposables _parts;

    private ServerEngines(AsyncDisposables parts, EmbeddedEngines? embedded, PostgresEngines? postgres, RabbitEngine? rabbit, ISharedDirectory? shared)
    {
        (_parts, Shared) = (parts, shared);
        Broker = rabbit?.Broker ?? embedded!.Broker;
        Bus = rabbit?.Bus ?? new NoGatewayBus();
        Store = postgres?.Store ?? embedded!.Store;
        Log = postgres?.Log ?? embedded!.Log;
        Directory = shared ?? postgres?.Directory ?? embedded!.Directory;
    }

    public IDirectory Directory { get; }

    /// <summary>The directory, where it is the organisation's own; null where it is built in.</summary>
    public ISharedDirectory? Shared { get; }

    public IBroker Broker { get; }

    /// <summary>To the other processes of this organisation, where they share a broker.</summary>
    public IGatewayBus Bus { get; }

    public IStore Store { get; }

    /// <summary>The transparency log, in the same database as <see cref="Store"/>.</summary>
    public ILogStore Log { get; }

    /// <summary>
    /// Takes the lock of the folder, which one process at a time has. A directory elsewhere is not asked yet, and a broker is tried once: they may be away. A database elsewhere must be there: its tables
    /// are brought up to date.
    /// </summary>
    public static async Task<ServerEngines> OpenAsync(DataFolder folder, ServerConfiguration configuration, HostServices services, CancellationToken cancellation)
    {
        var ldap = LdapOf(configuration.Directory);
        var database = configuration.Store.IsPostgres ? PostgresOf(configuration.Store) : null;
        var broker = RabbitOf(configuration.Broker);
        var parts = new AsyncDisposables();
        try
        {
            EmbeddedEngines? embedded = null;
            if (database is null || broker is null) embedded = parts.Add(await EmbeddedEngines.OpenAsync(folder.Database, new EmbeddedOptions(configuration.Mailbox.ToLimits()), services.Time, cancellation));
            else parts.Add(EmbeddedEngines.Lock(folder.Database));
            var postgres = database is null ? null : parts.Add(await PostgresEngines.OpenAsync(database, services.Time, cancellation));
            var rabbit = broker is null ? null : parts.Add(await RabbitEngine.OpenAsync(broker, services.Time, services.Logs.CreateLogger("TalkyWalky.Broker")));
            var shared = ldap is null ? null : parts.Add(LdapDirectory.Open(ldap, services.Time, services.Logs.CreateLogger("TalkyWalky.Directory")));
            return new ServerEngines(parts, embedded, postgres, rabbit, shared);
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    /// <summary>With the service account's password; null where the directory is built in.</summary>
    public static LdapOptions? LdapOf(DirectorySettings settings)
    {
        if (settings is not { Ldap: { } options, PasswordFile: { } file }) return settings.Ldap;
        return options with { Password = ReadPassword(file, DirectoryKeys.PasswordFile, "service account") };
    }

    /// <summary>With the password.</summary>
    public static PostgresOptions PostgresOf(StoreSettings settings) =>
        settings.PasswordFile is { } file ? settings.Database with { Password = ReadPassword(file, StoreKeys.PasswordFile, "database user") } : settings.Database;

    /// <summary>With the password; null where the broker is the file in the data folder.</summary>
    public static RabbitOptions? RabbitOf(BrokerSettings settings)
    {
        if (settings is not { Rabbit: { } options, PasswordFile: { } file }) return settings.Rabbit;
        return options with { Password = ReadPassword(file, BrokerKeys.PasswordFile, "broker user") };
    }

    private static string ReadPassword(string file, ConfigurationKey key, string whose) => OwnerFile.TryReadSecret(file) is { Length: > 0 } password
        ? password
        : throw new ServerException($"{file}, named by {key.Name}, is missing or empty; put the {whose}'s password into its first line");
}
