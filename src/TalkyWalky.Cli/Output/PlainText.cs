using System.Globalization;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

/// <summary>Human output without colour or tables: stable lines for pipes and small screens.</summary>
internal static class PlainText
{
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
        PersonPresence.Offline when person.LastSeen is { } seen => $"offline, last seen {PlainMessage.Minute(seen, zone)}",
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
}
