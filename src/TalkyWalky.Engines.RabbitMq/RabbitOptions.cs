namespace TalkyWalky.Engines.RabbitMq;

public enum RabbitQueueType
{
    /// <summary>On one node each.</summary>
    Classic,

    /// <summary>Copied to several nodes of a cluster (Raft): what was accepted outlives the loss of a node.</summary>
    Quorum,
}

/// <summary>How to reach RabbitMQ and what to keep there.</summary>
/// <param name="Servers">amqp://HOST[:PORT] or amqps://HOST[:PORT], nodes of one cluster; the first that answers is used, the others when it fails.</param>
/// <param name="Username">Null logs in by the client certificate (SASL EXTERNAL).</param>
/// <param name="CaFile">PEM: the certificates that the servers' chains may end in; null takes the system's.</param>
/// <param name="CertificateFile">PEM: the client certificate that the servers may ask for, with its key in <paramref name="KeyFile"/>.</param>
/// <param name="QueueType">Of mailboxes that are made from now on.</param>
public sealed record RabbitOptions(
    IReadOnlyList<Uri> Servers,
    string VirtualHost,
    string? Username,
    string? Password,
    string? CaFile,
    string? CertificateFile,
    string? KeyFile,
    RabbitQueueType QueueType,
    MailboxLimits Limits)
{
    /// <summary>What must not be, as a sentence: an address that a password and mail would go to in the clear beyond this machine.</summary>
    public string? Fault() => Servers.FirstOrDefault(static server => !IsTls(server) && !server.IsLoopback) is { } server
        ? $"{server.GetLeftPart(UriPartial.Authority)} would carry the password unprotected; use amqps://"
        : null;

    internal static bool IsTls(Uri server) => string.Equals(server.Scheme, "amqps", StringComparison.Ordinal);

    internal static int PortOf(Uri server) => server.Port > 0 ? server.Port : IsTls(server) ? 5671 : 5672;

    public override string ToString() => $"{nameof(RabbitOptions)} {{ {string.Join(' ', Servers)}, {VirtualHost}, {QueueType} }}"; // never the password
}
