using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>What the terminal client shows: a title, the conversation, a line about the connection, and the input. Drawn whole whenever something changed.</summary>
internal sealed class Screen(TimeZoneInfo zone, TimeProvider time)
{
    private const int MostEntries = 2000;
    private const int FixedRows = 4, MostAlarms = 20;

    private readonly List<Entry> _entries = [];
    private readonly Queue<string> _alarms = [];
    private int _scrolled;

    public string Me { get; set; } = "";

    /// <summary>The conversation that is shown.</summary>
    public Place? Place { get; set; }

    /// <summary>Who it is with, where that is one person and known.</summary>
    public PersonInfo? Person { get; set; }

    public Typists Typists { get; } = new(time);

    public ConnectionState Connection { get; set; } = ConnectionState.Connecting;

    public string? Trouble { get; set; }

    public void Clear()
    {
        _entries.Clear();
        _scrolled = 0;
    }

    /// <summary>Shows a message, or its new state when it is there already.</summary>
    public void Put(ChatMessage message)
    {
        var at = _entries.FindLastIndex(entry => entry.Message?.Id == message.Id && string.Equals(entry.Message.From, message.From, StringComparison.Ordinal));
        if (at >= 0) _entries[at] = new Entry(message, Rich.Message(message, zone));
        else Add(new Entry(message, Rich.Message(message, zone)));
    }

    /// <summary>Shows a message unless it is older than what is shown: then it belongs to the history above.</summary>
    public void PutNews(ChatMessage message)
    {
        var newest = _entries.FindLast(static entry => entry.Message is { Position: > 0 })?.Message?.Position ?? 0;
        if (message.Position > newest || _entries.Exists(entry => entry.Message?.Id == message.Id)) Put(message);
    }

    /// <summary>The message as shown, if it is.</summary>
    public ChatMessage? Find(MessageId id) => _entries.FindLast(entry => entry.Message is { Mine: true } own && own.Id == id)?.Message;

    /// <summary>A quiet line of the program's own; the text is made harmless here.</summary>
    public void Note(string text) => Add(new Entry(null, new Markup($"[grey58 italic]{Markup.Escape(Inert.Text(text))}[/]")));

    /// <summary>Stays above the foot until it is dismissed, whatever conversation is shown.</summary>
    public void Alarm(string text)
    {
        if (_alarms.Count < MostAlarms && !_alarms.Contains(text)) _alarms.Enqueue(text);
    }

    public void DismissAlarm() => _alarms.TryDequeue(out _);

    public void Show(IRenderable content) => Add(new Entry(null, content));

    public void Scroll(int lines) => _scrolled = Math.Max(0, _scrolled + lines);

    public string Draw(InputLine input, int width, int height)
    {
        var body = Body(width);
        var alarm = AlarmLines(width, height);
        var rows = Math.Max(1, height - FixedRows - alarm.Length);
        _scrolled = Math.Min(_scrolled, Math.Max(0, body.Count - rows));
        var visible = body.Skip(Math.Max(0, body.Count - rows - _scrolled)).Take(rows).ToList();
        var frame = new StringBuilder("\u001b[?25l\u001b[H");
        Row(frame, Title(width));
        Row(frame, $"\u001b[38;5;239m{new string('─', width)}");
        foreach (var line in visible) Row(frame, line);
        for (var blank = visible.Count; blank < rows; blank++) Row(frame, "");
        foreach (var line in alarm) Row(frame, line);
        Row(frame, Foot(width));
        var prompt = Place is null ? "› " : $"{Inert.Line(Place.Name)} › ";
        var (text, cursor) = input.Window(Math.Max(8, width - InputLine.Cells(prompt) - 1));
        frame.Append(CultureInfo.InvariantCulture, $"\u001b[38;5;45m{prompt}\u001b[0m{text}\u001b[K");
        frame.Append(CultureInfo.InvariantCulture, $"\u001b[{height};{InputLine.Cells(prompt) + cursor + 1}H\u001b[?25h");
        return frame.ToString();
    }

    private static void Row(StringBuilder frame, string content) => frame.Append(content).Append("\u001b[0m\u001b[K\r\n");

    private void Add(Entry entry)
    {
        _entries.Add(entry);
        if (_entries.Count > MostEntries) _entries.RemoveAt(0);
        _scrolled = 0;
    }

    private List<string> Body(int width)
    {
        var lines = new List<string>();
        DateOnly? day = null;
        foreach (var entry in _entries)
        {
            if (entry.Message is { } message && Rich.DayOf(message, zone) is var on && on != day)
            {
                lines.AddRange(Rich.Render(Rich.DayRule(on), width).Split('\n'));
                day = on;
            }

            lines.AddRange(entry.Lines(width));
        }

        return lines;
    }

    private string Title(int width)
    {
        var with = Place switch
        {
            null => "[grey58]nobody chosen: /with USER, /room NAME, /users, /rooms, /help[/]",
            { Target.IsRoom: true } room => RoomTitle(room),
            var place => PersonTitle(place),
        };
        return Rich.Render(new Markup($"[bold]TalkyWalky[/] [grey58]{Markup.Escape(Inert.Line(Me))}[/]  {with}"), width).Split('\n')[0];
    }

    private static string RoomTitle(Place place)
    {
        if (place.Room is not { } room) return Rich.Name(place.Name);
        var topic = room.Topic.Length > 0 ? $" · {Markup.Escape(Inert.Line(room.Topic))}" : "";
        var state = room.Frozen is not null ? " [red bold]frozen[/]" : room.IsClosed ? " [yellow]closed[/]" : room.Own < RoomRank.Member ? " [yellow]you are not in it[/]" : "";
        return $"{Rich.Name(room.Name)}{state} [grey58]{PlainLists.People(room.Members)}{topic}[/]";
    }

    private string PersonTitle(Place place)
    {
        var (dot, colour) = Rich.Dot(Person?.Presence ?? PersonPresence.Unknown);
        var name = Person?.Name is { } chosen ? $" [grey58]({Markup.Escape(Inert.Line(chosen))})[/]" : "";
        return $"{Rich.Name(place.Name)}{name} [{colour}]{dot}[/]";
    }

    private string[] AlarmLines(int width, int height)
    {
        if (!_alarms.TryPeek(out var text)) return [];
        var more = _alarms.Count > 1 ? $" ({(_alarms.Count - 1).ToString(CultureInfo.InvariantCulture)} more)" : "";
        var words = new Markup($"[bold white on red] ALARM [/] [red bold]{Markup.Escape(Inert.Line(text))}[/] [grey58]Enter on an empty line puts it away{more}.[/]");
        return [.. Rich.Render(words, width).Split('\n').Take(Math.Max(1, (height - FixedRows) / 2))];
    }

    private string Foot(int width)
    {
        var (colour, text) = Connection switch
        {
            ConnectionState.Online => ("green", "online"),
            ConnectionState.Connecting => ("yellow", "connecting"),
            _ => ("red", Trouble is { } trouble ? $"{PlainText.Connection(Connection)}: {Inert.Line(trouble)}" : PlainText.Connection(Connection)),
        };
        var more = _scrolled > 0 ? "  [grey58](scrolled up; Page Down returns)[/]" : "";
        if (Place is { } place && Typists.In(place) is { } typing) text = $"{text} · {Inert.Line(typing)}";
        var shown = text.Length > width - 4 ? text[..Math.Max(0, width - 4)] : text;
        return Rich.Render(new Markup($"[{colour}]●[/] [grey58]{Markup.Escape(shown)}[/]{more}"), 4096);
    }

    private sealed class Entry(ChatMessage? message, IRenderable content)
    {
        private string[] _lines = [];
        private int _width;

        public ChatMessage? Message => message;

        public string[] Lines(int width)
        {
            if (_width != width) _lines = Rich.Render(content, width).Split('\n');
            _width = width;
            return _lines;
        }
    }
}
