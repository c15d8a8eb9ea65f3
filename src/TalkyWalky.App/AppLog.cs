using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;

namespace TalkyWalky.App;

/// <summary>Identifiers only: never names, texts, passwords, tokens or keys.</summary>
internal static partial class AppLog
{
    [LoggerMessage(5001, LogLevel.Information, "app: serves on port {Port}")]
    public static partial void Serving(ILogger log, int port);

    [LoggerMessage(5002, LogLevel.Error, "app: {Method} {Pattern} failed")]
    public static partial void RequestFailed(ILogger log, string method, string pattern, Exception failure);

    [LoggerMessage(5003, LogLevel.Error, "app: the events of the profile ended")]
    public static partial void FeedFailed(ILogger log, Exception failure);

    [LoggerMessage(5004, LogLevel.Error, "app: enrolment stopped at {Stage}")]
    public static partial void EnrolmentFailed(ILogger log, Stage stage, Exception failure);

    [LoggerMessage(5005, LogLevel.Error, "app: the profile could not be opened")]
    public static partial void OpeningFailed(ILogger log, Exception failure);

    [LoggerMessage(5006, LogLevel.Warning, "app: app.json could not be written")]
    public static partial void SettingsNotKept(ILogger log, Exception failure);

    [LoggerMessage(5007, LogLevel.Error, "app: the log-in that waits for an approval stopped")]
    public static partial void LoginFailed(ILogger log, Exception failure);
}
