using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.Ldap.Diagnosis;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>Why servers cannot be reached: looked at once while they cool down, and logged when it begins, changes and ends, however many wait for them.</summary>
internal sealed partial class Outages(LdapOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<Uri, Outage> _outages = [];

    /// <summary>The failure in words that help: libldap says little more than that it failed.</summary>
    public LinkException Explain(Uri server, LinkException failure)
    {
        Outage? before;
        lock (_lock) before = _outages.GetValueOrDefault(server);
        if (before is not null && string.Equals(before.Failure, failure.Message, StringComparison.Ordinal) && time.GetElapsedTime(before.Since) < LdapServers.CoolDown)
            return new LinkException(before.Reason, failure);

        var outage = new Outage(failure.Message, Look(server) ?? failure.Message, time.GetTimestamp());
        bool isNews;
        lock (_lock)
        {
            isNews = !string.Equals(_outages.GetValueOrDefault(server)?.Reason, outage.Reason, StringComparison.Ordinal);
            _outages[server] = outage;
        }

        if (isNews) LogUnreachable(logger, outage.Reason);
        return new LinkException(outage.Reason, failure);
    }

    public void End(Uri server)
    {
        bool wasAway;
        lock (_lock) wasAway = _outages.Remove(server);
        if (wasAway) LogBack(logger, server.GetLeftPart(UriPartial.Authority));
    }

    private string? Look(Uri server)
    {
        var quick = options with { Timeout = options.Timeout < LongestLook ? options.Timeout : LongestLook };
        if (Connecting.Look(server, quick) is { Verdict: Verdict.Bad } connect) return $"{connect.Detail}. {connect.Remedy}";
        return new TlsProbe(server, quick, time).Look() is { Verdict: Verdict.Bad } tls ? $"{server.GetLeftPart(UriPartial.Authority)}: {tls.Detail}. {tls.Remedy}" : null;
    }

    [LoggerMessage(6002, LogLevel.Warning, "A server of the directory is out of reach: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);

    [LoggerMessage(6003, LogLevel.Information, "The server {Server} of the directory answers again")]
    private static partial void LogBack(ILogger logger, string server);

    /// <param name="Failure">What libldap said.</param>
    private sealed record Outage(string Failure, string Reason, long Since);
}
