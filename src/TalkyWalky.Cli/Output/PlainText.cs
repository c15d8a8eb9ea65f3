using System.Globalization;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

/// <summary>Human output without colour or tables: stable lines for pipes and small screens.</summary>
internal static class PlainText
{
    /// <summary>Continuation lines are indented, so a text cannot pass for another message.</summary>
    public static string Message(ChatMessage message, TimeZoneInfo zone)
    {
        // The author comes first: a room could be named so that it looks like one.
        var room = message.IsRoom ? $" in {Inert.Line(message.With)}" : "";
        var mark = message.Mine ? $" ({State(message.State)})" : "";
        var gap = message.GapBefore ? $"{Gap}{Environment.NewLine}" : "";
        var trouble = message.Trouble is { } why ? $"{Environment.NewLine}    ! {Inert.Line(why)}" : "";
        return $"{gap}{Minute(message.SentAt, zone)} {Who(message.From, message.FromName)}{room}{mark}: {Inert.Text(message.Text).Replace("\n", "\n    ", StringComparison.Ordinal)}{trouble}";
    }

    /// <summary>The username, which is certain, and beside it the name that the person chose.</summary>
    public static string Who(string username, string? name) =>
        name is null || string.Equals(name, username, StringComparison.Ordinal) ? Inert.Line(username) : $"{Inert.Line(username)} ({Inert.Line(name)})";

    public const string Gap = "-- a message is missing here --";

    public static string State(MessageState state) => state switch
    {
        MessageState.Queued => "queued",
        MessageState.Sent => "sent",
        MessageState.Delivered => "delivered",
        MessageState.Read => "read",
        MessageState.Failed => "failed",
        _ => "received",
    };

    public static string Person(PersonInfo person, TimeZoneInfo zone)
    {
        var full = person.FullName.Length > 0 ? $" ({Inert.Line(person.FullName)})" : "";
        var called = person.Name is { } name ? $", called {Inert.Line(name)}" : "";
        return $"{Inert.Line(person.Username)}{full}{called}: {Presence(person, zone)}";
    }

    public static string Presence(PersonInfo person, TimeZoneInfo zone) => person.Presence switch
    {
        PersonPresence.Online => "online",
        PersonPresence.Away => "away",
        PersonPresence.Offline when person.LastSeen is { } seen => $"offline, last seen {Minute(seen, zone)}",
        PersonPresence.Offline => "offline",
        _ => "presence unknown",
    };

    public static string Connection(ConnectionState state) => state switch
    {
        ConnectionState.Online => "online",
        ConnectionState.Connecting => "connecting",
        ConnectionState.LoggedOut => "logged out",
        ConnectionState.Refused => "refused by the server",
        _ => "offline",
    };

    public static IEnumerable<(string Name, string Value)> Self(Self self) =>
    [
        ("user", Inert.Line(self.Username)),
        ("organisation", Inert.Line(self.Organisation)),
        ("gateway", Inert.Line(self.Gateway)),
        ("device", self.Device.ToString()),
        ("fingerprint", self.Fingerprint),
        ("certificate until", self.CertificateNotAfter.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
        ("profile", Inert.Line(self.Profile)),
    ];

    public static IEnumerable<(string Name, string Value)> Status(ChatStatus status)
    {
        yield return ("connection", Connection(status.Connection));
        if (status.Trouble is { } trouble) yield return ("trouble", Inert.Line(trouble));
        yield return ("waiting to go out", status.Outbox.ToString(CultureInfo.InvariantCulture));
        yield return ("waiting for a key", status.Pending.ToString(CultureInfo.InvariantCulture));
        yield return ("messages kept", status.Messages.ToString(CultureInfo.InvariantCulture));
    }

    public static string Minute(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
