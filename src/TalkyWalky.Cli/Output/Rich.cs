using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

/// <summary>Tables and colours for a person's terminal. Nothing here is touched by scripts, so that they never pay for loading it.</summary>
internal static class Rich
{
    private static readonly string[] NameColours = ["deepskyblue1", "springgreen2", "orange1", "orchid", "gold1", "turquoise2", "salmon1", "mediumpurple1"];

    public static string Fields(IEnumerable<(string Name, string Value)> fields)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        foreach (var (name, value) in fields) grid.AddRow(new Markup($"[grey]{Markup.Escape(name)}[/]"), new Markup(Markup.Escape(value)));
        return Render(grid, ConsoleWidth());
    }

    public static string People(IEnumerable<PersonInfo> people, TimeZoneInfo zone) => Render(PeopleTable(people, zone), ConsoleWidth());

    public static IRenderable PeopleTable(IEnumerable<PersonInfo> people, TimeZoneInfo zone)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey37);
        table.AddColumn("[grey]who[/]").AddColumn("[grey]name[/]").AddColumn("[grey]called[/]").AddColumn("[grey]presence[/]");
        foreach (var person in people)
        {
            var (dot, colour) = Dot(person.Presence);
            table.AddRow(Name(person.Username), Markup.Escape(Inert.Line(person.FullName)), Markup.Escape(Inert.Line(person.Name ?? "")), $"[{colour}]{dot}[/] {Markup.Escape(PlainText.Presence(person, zone))}");
        }

        return table;
    }

    public static string History(IReadOnlyList<ChatMessage> messages, TimeZoneInfo zone)
    {
        var parts = new List<IRenderable>();
        DateOnly? day = null;
        foreach (var message in messages)
        {
            var on = DayOf(message, zone);
            if (on != day) parts.Add(DayRule(on));
            day = on;
            parts.Add(Message(message, zone));
        }

        return Render(new Rows(parts), ConsoleWidth());
    }

    public static DateOnly DayOf(ChatMessage message, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(message.SentAt, zone).DateTime);

    public static IRenderable DayRule(DateOnly day) =>
        new Rule($"[grey]{day.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture)}[/]") { Style = Style.Parse("grey30") };

    /// <param name="namesRoom">Say which room it is in: for lists of several conversations.</param>
    public static IRenderable Message(ChatMessage message, TimeZoneInfo zone, bool namesRoom = false)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().NoWrap().PadRight(1)).AddColumn(new GridColumn().PadRight(0));
        if (message.GapBefore) grid.AddRow(new Markup(""), new Markup(""), new Markup($"[yellow]{PlainMessage.Gap}[/]"));
        var time = TimeZoneInfo.ConvertTime(message.SentAt, zone).ToString("HH:mm", CultureInfo.InvariantCulture);
        var trouble = message.Trouble is { } why ? $"\n[red]{Markup.Escape(Inert.Line(why))}[/]" : "";
        var name = message.Mine ? $"[grey82]{Markup.Escape(Inert.Line(message.From))}[/]" : Name(message.From);
        if (!message.Mine && message.FromName is { } chosen) name += $" [grey58]({Markup.Escape(Inert.Line(chosen))})[/]";
        if (namesRoom && message.IsRoom) name += $" [grey58]in {Markup.Escape(Inert.Line(message.With))}[/]";
        grid.AddRow(new Markup($"[grey50]{time}[/]"), new Markup(name), new Markup($"{Markup.Escape(PlainMessage.Said(message, tellsHow: true))}{Mark(message)}{trouble}"));
        return grid;
    }

    public static string Name(string username)
    {
        var sum = username.Aggregate(17, static (hash, letter) => unchecked((hash * 31) + letter));
        return $"[{NameColours[(sum & int.MaxValue) % NameColours.Length]}]{Markup.Escape(Inert.Line(username))}[/]";
    }

    public static (string Dot, string Colour) Dot(PersonPresence presence) => presence switch
    {
        PersonPresence.Online => ("●", "green"),
        PersonPresence.Away => ("◐", "yellow"),
        PersonPresence.Offline => ("○", "grey"),
        _ => ("·", "grey"),
    };

    /// <summary>ANSI text, lines separated by a newline, none at the end.</summary>
    public static string Render(IRenderable content, int width)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var colour = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.EightBit;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes, ColorSystem = colour, Interactive = InteractionSupport.No, Out = new FixedWidth(text, Math.Max(20, width)),
        });
        console.Profile.Capabilities.Unicode = true;
        console.Write(content);
        return string.Join('\n', text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(static line => line.TrimEnd(' ')));
    }

    public static int ConsoleWidth() => Console.IsOutputRedirected ? 100 : Math.Max(40, Console.WindowWidth);

    private static string Mark(ChatMessage message) => message.State switch
    {
        MessageState.Queued => " [yellow]… queued[/]",
        MessageState.Sent => " [grey50]✓ sent[/]",
        MessageState.Delivered => " [green]✓✓ delivered[/]",
        MessageState.Read => " [deepskyblue1]✓✓ read[/]",
        MessageState.Failed => " [red]✗ failed[/]",
        _ => "",
    };

    private sealed class FixedWidth(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => width;

        public int Height => 1000;

        public void SetEncoding(System.Text.Encoding encoding)
        {
            // A StringWriter has none to set.
        }
    }
}
