using Microsoft.Extensions.Logging;

namespace TalkyWalky.Server;

/// <summary>What the host itself logs: identifiers, counts and times, never passwords, keys or content.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1000, LogLevel.Information, "making the certificate authority (RSA-4096), a few seconds")]
    public static partial void MakingAuthority(ILogger logger);

    [LoggerMessage(1001, LogLevel.Information, "made the certificate authority of {Organisation}; its passphrase is in {File}, keep a copy elsewhere")]
    public static partial void MadeAuthority(ILogger logger, string organisation, string file);

    [LoggerMessage(1002, LogLevel.Warning, "the certificate authority was made for {Organisation} ({Domain}) and keeps these; organisation.name and organisation.domain matter only when one is made")]
    public static partial void OrganisationDiffers(ILogger logger, string organisation, string domain);

    [LoggerMessage(1010, LogLevel.Information, "TLS certificate {Serial} for {Hosts}, until {NotAfter:u}")]
    public static partial void TlsCertificate(ILogger logger, string serial, string hosts, DateTimeOffset notAfter);

    [LoggerMessage(1011, LogLevel.Error, "cannot renew the TLS certificate, trying again in an hour")]
    public static partial void RenewalFailed(ILogger logger, Exception exception);

    [LoggerMessage(1012, LogLevel.Error, "the files of the TLS certificate changed and are not good; the old ones stay in use: {Reason}")]
    public static partial void TlsFilesRefused(ILogger logger, string reason);

    [LoggerMessage(1013, LogLevel.Warning, "a connection from the proxy {Proxy} was closed: it did not begin with a PROXY header")]
    public static partial void ProxyHeaderMissing(ILogger logger, string proxy);

    [LoggerMessage(1014, LogLevel.Error, "the authority at {Address} cannot be reached: {Reason}")]
    public static partial void AuthorityUnreachable(ILogger logger, string address, string reason);

    [LoggerMessage(1020, LogLevel.Information, "listening on {Address}, data in {Folder}")]
    public static partial void Listening(ILogger logger, string address, string folder);

    [LoggerMessage(1021, LogLevel.Information, "stopping: saying goodbye to the connected devices")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(1022, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1030, LogLevel.Information, "command {Command} on admin.sock")]
    public static partial void AdminCommand(ILogger logger, string command);

    [LoggerMessage(1031, LogLevel.Error, "a command on admin.sock failed (reference {Reference})")]
    public static partial void AdminCommandFailed(ILogger logger, string reference, Exception exception);

    [LoggerMessage(1032, LogLevel.Debug, "a connection on admin.sock broke: {Reason}")]
    public static partial void AdminConnectionLost(ILogger logger, string reason);

    [LoggerMessage(1040, LogLevel.Error, "not ready: {Engine}: {Reason}")]
    public static partial void NotReady(ILogger logger, string engine, string reason);

    [LoggerMessage(1050, LogLevel.Critical, "unexpected failure (reference {Reference})")]
    public static partial void UnexpectedFailure(ILogger logger, string reference, Exception exception);
}
