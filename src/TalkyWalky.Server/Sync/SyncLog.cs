using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Sync;

/// <summary>Identifiers and counts only.</summary>
internal static partial class SyncLog
{
    [LoggerMessage(1100, LogLevel.Information, "user {User} left ({Reason} in the directory): {Devices} devices revoked")]
    public static partial void Ended(ILogger logger, UserId user, LeaverReason reason, int devices);

    [LoggerMessage(1109, LogLevel.Information, "user {User} is not in the directory any more; the devices are revoked when that is so for {Grace}")]
    public static partial void Missing(ILogger logger, UserId user, TimeSpan grace);

    [LoggerMessage(1110, LogLevel.Error, "user {User} left, and could not be ended; that is tried again within a minute")]
    public static partial void NotEnded(ILogger logger, UserId user, Exception failure);

    [LoggerMessage(1101, LogLevel.Error, "the directory would end {Leavers} of {People} people with devices, and nobody was ended: look with \"talkywalkyd directory sync --dry-run\", then mend the directory or confirm with \"--confirm {Leavers}\"")]
    public static partial void Held(ILogger logger, int leavers, int people);

    [LoggerMessage(1102, LogLevel.Information, "the circuit breaker holds nobody back any more")]
    public static partial void AlarmOver(ILogger logger);

    [LoggerMessage(1103, LogLevel.Warning, "the directory cannot be watched, and nobody is ended until it can: {Reason}")]
    public static partial void Away(ILogger logger, string reason);

    [LoggerMessage(1104, LogLevel.Information, "the directory is watched again")]
    public static partial void Back(ILogger logger);

    [LoggerMessage(1105, LogLevel.Error, "a look at the directory failed unexpectedly; the next one is in a moment")]
    public static partial void Failed(ILogger logger, Exception failure);

    [LoggerMessage(1106, LogLevel.Warning, "certificates of user {User} are not published in the directory: {Reason} (others it refuses are not logged)")]
    public static partial void PublishingRefused(ILogger logger, UserId user, string reason);

    [LoggerMessage(1107, LogLevel.Warning, "certificates wait to be published in the directory: {Reason}")]
    public static partial void PublishingFailed(ILogger logger, string reason);

    [LoggerMessage(1111, LogLevel.Error, "certificates of user {User} could not be published in the directory; they will be at the next change or start")]
    public static partial void NotPublished(ILogger logger, UserId user, Exception failure);

    [LoggerMessage(1108, LogLevel.Warning, "certificates of {People} people are not published in the directory; they will be at the next start")]
    public static partial void PublishingLeft(ILogger logger, int people);
}
