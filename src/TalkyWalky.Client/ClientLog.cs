using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client;

/// <summary>Identifiers only: never names, texts, passwords or keys.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(3001, LogLevel.Debug, "Sending session {Session} started for {Recipients} devices")]
    public static partial void SessionStarted(ILogger log, SessionId session, int recipients);

    [LoggerMessage(3003, LogLevel.Information, "Connected as device {Device}, generation {Generation}")]
    public static partial void Connected(ILogger log, DeviceId device, ulong generation);

    [LoggerMessage(3004, LogLevel.Information, "Connection ended with {Code}")]
    public static partial void Ended(ILogger log, CloseCode code);

    [LoggerMessage(3005, LogLevel.Warning, "The gateway has seen generation {Seen}, this profile presented {Presented}: it was restored from a copy, and its sending sessions are discarded")]
    public static partial void Restored(ILogger log, ulong seen, ulong presented);

    [LoggerMessage(3006, LogLevel.Warning, "Envelope kind {Kind} from device {Device} rejected: {Reason}")]
    public static partial void Rejected(ILogger log, EnvelopeKind kind, DeviceId device, string reason);

    [LoggerMessage(3007, LogLevel.Error, "The connection stopped on an error of this program or its disk")]
    public static partial void ConnectionFailed(ILogger log, Exception failure);

    [LoggerMessage(3008, LogLevel.Debug, "Asked device {Device} for the grant of session {Session}")]
    public static partial void GrantAsked(ILogger log, DeviceId device, SessionId session);

    [LoggerMessage(3009, LogLevel.Debug, "Gave device {Device} its slice of session {Session} again")]
    public static partial void GrantGiven(ILogger log, DeviceId device, SessionId session);

    [LoggerMessage(3011, LogLevel.Warning, "A CRL from the server was refused: {Reason}")]
    public static partial void CrlRefused(ILogger log, string reason);

    [LoggerMessage(3012, LogLevel.Error, "The server brought back an old CRL")]
    public static partial void CrlRolledBack(ILogger log);

    [LoggerMessage(3013, LogLevel.Warning, "An introduction from the server was refused: it is not the authority's answer to this question")]
    public static partial void IntroductionRefused(ILogger log);

    [LoggerMessage(3014, LogLevel.Warning, "A head of the transparency log was refused: {Reason}")]
    public static partial void TreeHeadRefused(ILogger log, string reason);

    [LoggerMessage(3015, LogLevel.Error, "The transparency log contradicts itself: {Kind}")]
    public static partial void LogAlarmed(ILogger log, string kind);

    [LoggerMessage(3016, LogLevel.Error, "Evidence against the transparency log could not be written")]
    public static partial void EvidenceNotKept(ILogger log, Exception failure);

    [LoggerMessage(3017, LogLevel.Error, "The server names device {Device}, which is not in the transparency log's list of its person")]
    public static partial void NotListed(ILogger log, DeviceId device);

    [LoggerMessage(3010, LogLevel.Information, "Certificates of device {Device} are due: connecting again renews them")]
    public static partial void RenewalDue(ILogger log, DeviceId device);
}
