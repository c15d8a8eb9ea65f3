using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace TalkyWalky.Engines.Postgres.Connections;

/// <summary>The pool of connections.</summary>
internal static class PostgresSource
{
    /// <summary>Nothing is connected yet. Throws <see cref="EngineException"/> when the file with the authority cannot be read.</summary>
    public static NpgsqlDataSource Create(PostgresOptions options)
    {
        if (options.Fault() is { } fault) throw new EngineException(fault);
        var seconds = (int)Math.Ceiling(options.Timeout.TotalSeconds);
        var isCluster = options.Servers.Count > 1;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = isCluster ? string.Join(',', options.Servers) : options.Servers[0].Host,
            Port = options.Servers[0].Port,
            Database = options.Database,
            Username = options.Username,
            Password = options.Password,
            SslMode = options.Tls && !options.Servers[0].IsSocket ? SslMode.VerifyFull : SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Timeout = seconds,
            CommandTimeout = seconds,
            CancellationTimeout = 1000 * seconds,
            MaxPoolSize = options.Connections,
            TcpKeepAlive = true,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            ApplicationName = "talkywalkyd",
            LogParameters = false,
            IncludeErrorDetail = false, // it would quote values
        };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (options.CaFile is { } file) builder.UseRootCertificates(ReadAuthorities(file));
        return isCluster ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary) : builder.Build();
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new EngineException($"{file}, named by store.caFile, cannot be read ({e.Message.TrimEnd('.')}); put the certificate of the database's CA there in PEM form", e);
        }

        return authorities.Count > 0 ? authorities : throw new EngineException($"{file}, named by store.caFile, holds no certificate; put the one of the database's CA there in PEM form");
    }
}
