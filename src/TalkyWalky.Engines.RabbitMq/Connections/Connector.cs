using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace TalkyWalky.Engines.RabbitMq.Connections;

/// <summary>Makes connections to the first server that answers, beginning with the one that did last.</summary>
internal sealed class Connector(RabbitOptions options)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(5), AnswerTimeout = TimeSpan.FromSeconds(15);

    // Gateways spread over the nodes.
    private int _first = RandomNumberGenerator.GetInt32(options.Servers.Count);

    /// <summary>Throws what the last server failed with when all did.</summary>
    public async Task<(IConnection Connection, Uri Server)> ConnectAsync(string name, CancellationToken cancellation)
    {
        var first = Volatile.Read(ref _first);
        for (var tried = 1; ; tried++)
        {
            var index = (first + tried - 1) % options.Servers.Count;
            try
            {
                var connection = await ConnectAsync(options.Servers[index], name, cancellation);
                Volatile.Write(ref _first, index);
                return (connection, options.Servers[index]);
            }
            catch (Exception e) when (Failures.IsFailure(e) && tried < options.Servers.Count && !cancellation.IsCancellationRequested)
            {
                // The next one.
            }
        }
    }

    public Task<IConnection> ConnectAsync(Uri server, string name, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            VirtualHost = options.VirtualHost,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = ConnectTimeout,
            HandshakeContinuationTimeout = AnswerTimeout,
            ContinuationTimeout = AnswerTimeout,
            AuthMechanisms = options.Username is null ? [new ExternalMechanismFactory()] : [new PlainMechanismFactory()],
        };
        if (options.Username is { } username) (factory.UserName, factory.Password) = (username, options.Password ?? "");
        return factory.CreateConnectionAsync([new AmqpTcpEndpoint(server.Host, RabbitOptions.PortOf(server), Tls(server))], name, cancellation);
    }

    private SslOption Tls(Uri server)
    {
        if (!RabbitOptions.IsTls(server)) return new SslOption();
        var tls = new SslOption { Enabled = true, ServerName = server.IdnHost, Version = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (options.CaFile is { } caFile) tls.CertificateValidationCallback = ServerTrust.Read(caFile).Accepts;
        if (options is { CertificateFile: { } certificate, KeyFile: { } key }) tls.Certs = [ReadCertificate(certificate, key)];
        return tls;
    }

    // Read anew for each connection: whoever renews them need not restart the server.
    private static X509Certificate2 ReadCertificate(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{certificate} with the key {key} cannot be read: {e.Message}; give both in PEM form in broker.certificateFile and broker.keyFile", e);
        }
    }
}
