using System.Globalization;
using System.Text;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Export;

/// <summary>Day lines, and the messages under them as history prints them.</summary>
internal sealed class TextFormat(HistoryDocument document) : IHistoryFormat
{
    private readonly StringBuilder _text = new();
    private DateOnly? _day;

    public void Begin() => _text.Append(CultureInfo.InvariantCulture, $"{PlainLists.Title(document.Of with { Name = document.Name })}, as {Inert.Line(document.Owner)} has it\n");

    public void Add(ChatMessage message)
    {
        var day = document.DayOf(message);
        if (day != _day) _text.Append(CultureInfo.InvariantCulture, $"\n== {day:dddd, d MMMM yyyy} ==\n");
        _day = day;
        _text.Append(PlainText.Message(message, document.Zone).ReplaceLineEndings("\n")).Append('\n');
    }

    public void End(long messages) => _text.Append(CultureInfo.InvariantCulture, $"\n{messages} {(messages == 1 ? "message" : "messages")}\n");

    public string Take()
    {
        var taken = _text.ToString();
        _text.Clear();
        return taken;
    }
}
