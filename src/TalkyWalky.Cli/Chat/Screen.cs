using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>What the terminal client shows: a title, the conversation, a line about the connection, and the input. Drawn whole whenever something changed.</summary>
internal sealed class Screen(TimeZoneInfo zone)
{
    private const int MostEntries = 2000;
    private const int FixedRows = 4;

    private readonly List<Entry> _entries = [];
    private int _scrolled;

    public string Me { get; set; } = "";

    public string? With { get; set; }

    public PersonPresence WithPresence { get; set; }

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

    public void Show(IRenderable content) => Add(new Entry(null, content));

    public void Scroll(int lines) => _scrolled = Math.Max(0, _scrolled + lines);

    public string Draw(InputLine input, int width, int height)
    {
        var body = Body(width);
        var rows = Math.Max(1, height - FixedRows);
        _scrolled = Math.Min(_scrolled, Math.Max(0, body.Count - rows));
        var visible = body.Skip(Math.Max(0, body.Count - rows - _scrolled)).Take(rows).ToList();
        var frame = new StringBuilder("\u001b[?25l\u001b[H");
        Row(frame, Title());
        Row(frame, $"\u001b[38;5;239m{new string('─', width)}");
        foreach (var line in visible) Row(frame, line);
        for (var blank = visible.Count; blank < rows; blank++) Row(frame, "");
        Row(frame, Foot(width));
        var prompt = With is null ? "› " : $"{Inert.Line(With)} › ";
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

    private string Title()
    {
        var (dot, colour) = Rich.Dot(WithPresence);
        var with = With is null ? "[grey58]nobody chosen: /with NAME, /users, /help[/]" : $"{Rich.Name(With)} [{colour}]{dot}[/]";
        return Rich.Render(new Markup($"[bold]TalkyWalky[/] [grey58]{Markup.Escape(Inert.Line(Me))}[/]  {with}") { Overflow = Overflow.Ellipsis }, 4096);
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
