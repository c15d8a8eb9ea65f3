using System.Globalization;

namespace TalkyWalky.Cli.Chat;

/// <summary>What a person typed in the terminal client.</summary>
internal abstract record ChatInput
{
    private ChatInput() { }

    public const string Help = """
        /with NAME     talk with this person
        /users         who is here
        /history [N]   the last N messages with this person (100)
        /help          this list
        /quit          leave; Ctrl-C does too
        A line that begins with // is sent with a single /. In a terminal, Page Up and Page Down scroll.
        """;

    public sealed record Nothing : ChatInput;

    public sealed record Say(string Text) : ChatInput;

    public sealed record With(string User) : ChatInput;

    public sealed record Users : ChatInput;

    public sealed record History(int Limit) : ChatInput;

    public sealed record ShowHelp : ChatInput;

    public sealed record Quit : ChatInput;

    public sealed record Mistake(string Why) : ChatInput;

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
