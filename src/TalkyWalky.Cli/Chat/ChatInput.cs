using System.Globalization;

namespace TalkyWalky.Cli.Chat;

/// <summary>What a person typed in the terminal client.</summary>
internal abstract record ChatInput
{
    private ChatInput() { }

    public const string Help = """
        /with USER     talk with this person
        /room NAME     talk in this room
        /join NAME     enter an open room, or one that you are invited to
        /leave NAME    leave a room
        /rooms         your rooms and the open ones
        /who           who is in this conversation
        /users         who is here
        /history [N]   the last N messages of this conversation (100)
        /help          this list
        /quit          leave the program; Ctrl-C does too
        A line that begins with // is sent with a single /. In a terminal, Page Up and Page Down scroll.
        """;

    public sealed record Nothing : ChatInput;

    public sealed record Say(string Text) : ChatInput;

    public sealed record With(string User) : ChatInput;

    public sealed record Room(string Name) : ChatInput;

    public sealed record Join(string Name) : ChatInput;

    public sealed record Leave(string Name) : ChatInput;

    public sealed record Rooms : ChatInput;

    public sealed record Who : ChatInput;

    public sealed record Users : ChatInput;

    public sealed record History(int Limit) : ChatInput;

    public sealed record ShowHelp : ChatInput;

    public sealed record Quit : ChatInput;

    public sealed record Mistake(string Why) : ChatInput;

    /// <summary>Whether the line, as far as it is typed, is to be read by others.</summary>
    public static bool IsForOthers(string line) => line.Length > 0 && (line[0] != '/' || line.StartsWith("//", StringComparison.Ordinal));

    public static ChatInput Parse(string line)
    {
        if (string.IsNullOrWhiteSpace(line)) return new Nothing();
        if (line.StartsWith("//", StringComparison.Ordinal)) return new Say(line[1..]);
        if (line[0] != '/') return new Say(line);
        var parts = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var rest = parts.Length > 1 ? parts[1] : "";
        return parts[0] switch
        {
            "/with" when rest.Length > 0 => new With(rest),
            "/with" => new Mistake("/with needs a username, such as /with bob"),
            "/room" when rest.Length > 0 => new Room(rest),
            "/join" when rest.Length > 0 => new Join(rest),
            "/leave" when rest.Length > 0 => new Leave(rest),
            "/room" or "/join" or "/leave" => new Mistake($"{parts[0]} needs the name of a room, such as {parts[0]} General"),
            "/rooms" => new Rooms(),
            "/who" => new Who(),
            "/users" => new Users(),
            "/history" when rest.Length == 0 => new History(100),
            "/history" when int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= 10_000 => new History(limit),
            "/history" => new Mistake("/history takes a number from 1 to 10000"),
            "/help" => new ShowHelp(),
            "/quit" or "/exit" => new Quit(),
            var word => new Mistake($"{word} is not a command; /help lists them"),
        };
    }
}
