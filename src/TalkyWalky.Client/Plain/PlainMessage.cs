using System.Globalization;

namespace TalkyWalky.Client.Plain;

/// <summary>A message as lines of text that nothing in it can break out of; for terminals, pipes and files.</summary>
public static class PlainMessage
{
    public const string Gap = "-- a message is missing here --";

    /// <summary>Continuation lines are indented, so a text cannot pass for another message.</summary>
    /// <param name="tellsHow">Of a file, say how to save it.</param>
    public static string Of(ChatMessage message, TimeZoneInfo zone, bool tellsHow = false)
    {
        // The author comes first: a room could be named so that it looks like one.
        var room = message.IsRoom ? $" in {Inert.Line(message.With)}" : "";
        var mark = message.Mine ? $" ({State(message.State)})" : "";
        var gap = message.GapBefore ? $"{Gap}{Environment.NewLine}" : "";
        var trouble = message.Trouble is { } why ? $"{Environment.NewLine}    ! {Inert.Line(why)}" : "";
        return $"{gap}{Minute(message.SentAt, zone)} {Who(message.From, message.FromName)}{room}{mark}: {Said(message, tellsHow).Replace("\n", "\n    ", StringComparison.Ordinal)}{trouble}";
    }

    /// <summary>The text; of a file its name and size.</summary>
    public static string Said(ChatMessage message, bool tellsHow = false)
    {
        if (message.File is not { } file) return Inert.Text(message.Text);
        var how = !file.IsHere ? ", not here" : tellsHow && !message.Mine ? $"; save it: talkywalky file save {Place(message)} {message.Id.ToString()[..8]}" : "";
        return $"[file] {Inert.Line(file.Name)} ({Size(file.Size)}){how}";
    }

    /// <summary>As people say it: 12 kB.</summary>
    public static string Size(long bytes) => bytes switch
    {
        1 => "1 byte",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 999_500 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
    };

    // For a shell, whatever the name holds.
    private static string Place(ChatMessage message)
    {
        var name = Inert.Line(message.With);
        var isPlain = name.Length > 0 && name[0] != '-' && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
        var option = message.IsRoom ? "--room" : "--from";
        return $"{option} {(isPlain ? name : message.IsRoom ? message.Conversation.ToString()[..8] : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'")}";
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
