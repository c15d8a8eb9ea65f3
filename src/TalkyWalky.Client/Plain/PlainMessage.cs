using System.Globalization;

namespace TalkyWalky.Client.Plain;

/// <summary>A message as lines of text that nothing in it can break out of; for terminals, pipes and files.</summary>
public static class PlainMessage
{
    public const string Gap = "-- a message is missing here --";

    /// <summary>Continuation lines are indented, so a text cannot pass for another message.</summary>
    public static string Of(ChatMessage message, TimeZoneInfo zone)
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

    public static string Title(Target target) => target.IsRoom ? $"room {Inert.Line(target.Name)}" : Inert.Line(target.Name);

    public static string State(MessageState state) => state switch
    {
        MessageState.Queued => "queued",
        MessageState.Sent => "sent",
        MessageState.Delivered => "delivered",
        MessageState.Read => "read",
        MessageState.Failed => "failed",
        _ => "received",
    };

    public static string Minute(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
