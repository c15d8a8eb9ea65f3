using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.RabbitMq;

internal static partial class RabbitLog
{
    [LoggerMessage(600, LogLevel.Information, "{Line}: connected to {Server}")]
    public static partial void Connected(this ILogger log, string line, Uri server);

    [LoggerMessage(601, LogLevel.Warning, "{Line}: {Reason}; trying again in {Seconds:0.0} s")]
    public static partial void Away(this ILogger log, string line, string reason, double seconds);

    [LoggerMessage(602, LogLevel.Warning, "RabbitMQ takes no messages: {Reason}")]
    public static partial void Blocked(this ILogger log, string reason);

    [LoggerMessage(603, LogLevel.Information, "RabbitMQ takes messages again")]
    public static partial void Unblocked(this ILogger log);

    [LoggerMessage(604, LogLevel.Warning, "The mailbox of device {Device} is gone from RabbitMQ; its reader ends")]
    public static partial void MailboxGone(this ILogger log, DeviceId device);

    [LoggerMessage(605, LogLevel.Warning, "The mailbox of device {Device} cannot be read: {Reason}; trying again")]
    public static partial void NotReadable(this ILogger log, DeviceId device, string reason);

    [LoggerMessage(606, LogLevel.Warning, "{Count} leases of device {Device} were not settled in time and are given back")]
    public static partial void LeasesReleased(this ILogger log, int count, DeviceId device);

    [LoggerMessage(607, LogLevel.Warning, "A message in the mailbox of device {Device} is not one of ours; it is forgotten")]
    public static partial void Foreign(this ILogger log, DeviceId device);

    [LoggerMessage(608, LogLevel.Warning, "Overflow markers could not be stored yet: {Reason}")]
    public static partial void MarkersWait(this ILogger log, string reason);

    [LoggerMessage(609, LogLevel.Warning, "{Line}: a connection that was lost did not close in time and is left alone")]
    public static partial void LeftOpen(this ILogger log, string line);
}
