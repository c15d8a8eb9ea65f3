using Microsoft.Extensions.Logging;

namespace TalkyWalky.App.Launch;

internal static partial class LaunchLog
{
    [LoggerMessage(EventId = 2600, Level = LogLevel.Debug, Message = "app.sock closed")]
    public static partial void DoorClosed(ILogger log);

    [LoggerMessage(EventId = 2601, Level = LogLevel.Debug, Message = "A call on app.sock ended early")]
    public static partial void CallEnded(ILogger log, Exception gone);

    [LoggerMessage(EventId = 2602, Level = LogLevel.Debug, Message = "Browser ended with {Code}")]
    public static partial void BrowserEnded(ILogger log, int code);
}
