using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway;

/// <summary>Identifiers only.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1, LogLevel.Information, "device {Device} of user {User} connected from {Source}")]
    public static partial void Connected(this ILogger log, DeviceId device, UserId user, string source);

    [LoggerMessage(2, LogLevel.Information, "device {Device} of user {User} disconnected: {Reason}")]
    public static partial void Disconnected(this ILogger log, DeviceId device, UserId user, string reason);

    [LoggerMessage(3, LogLevel.Warning, "hello from {Source} refused with {Code}: {Reason}")]
    public static partial void HelloRefused(this ILogger log, string source, CloseCode? code, string reason);

    [LoggerMessage(4, LogLevel.Error, "a session from {Source} ended because an engine failed")]
    public static partial void EngineFailed(this ILogger log, Exception error, string source);

    [LoggerMessage(5, LogLevel.Error, "a session from {Source} ended by a fault of this program")]
    public static partial void Faulted(this ILogger log, Exception error, string source);

    [LoggerMessage(6, LogLevel.Warning, "the last-seen time of user {User} was not stored")]
    public static partial void LastSeenNotStored(this ILogger log, Exception error, UserId user);

    [LoggerMessage(7, LogLevel.Warning, "publish by device {Device} was not stored: {Reason}")]
    public static partial void NotStored(this ILogger log, DeviceId device, string reason);

    [LoggerMessage(8, LogLevel.Warning, "{Count} sessions did not end in time")]
    public static partial void SessionsLeft(this ILogger log, int count);

    [LoggerMessage(21, LogLevel.Warning, "something that another process said was not understood or could not be told here")]
    public static partial void NewsLost(this ILogger log, Exception error);

    [LoggerMessage(20, LogLevel.Error, "the accounts of those who are connected could not be looked at; the next look is in a moment")]
    public static partial void SweepFailed(this ILogger log, Exception error);

    [LoggerMessage(22, LogLevel.Error, "the CRLs could not be read from the store; the next look is in a moment. Without fresh ones clients send nothing")]
    public static partial void StatusNotRead(this ILogger log, Exception error);

    [LoggerMessage(9, LogLevel.Error, "a request of device {Device} failed in an engine")]
    public static partial void RequestFailed(this ILogger log, Exception error, DeviceId device);
}
