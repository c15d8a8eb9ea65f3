using System.Globalization;
using System.Text;
using TalkyWalky.Client.Plain;

namespace TalkyWalky.Client.Export;

/// <summary>Day lines, and the messages under them as history prints them.</summary>
internal sealed class TextHistory(HistoryDocument document) : IHistoryWriter
{
    private readonly StringBuilder _text = new();
    private DateOnly? _day;

    public void Begin() => _text.Append(CultureInfo.InvariantCulture, $"{PlainMessage.Title(document.Of with { Name = document.Name })}, as {Inert.Line(document.Owner)} has it\n");

    public void Add(ChatMessage message)
    {
        var day = document.DayOf(message);
        if (day != _day) _text.Append(CultureInfo.InvariantCulture, $"\n== {day:dddd, d MMMM yyyy} ==\n");
        _day = day;
        _text.Append(PlainMessage.Of(message, document.Zone).ReplaceLineEndings("\n")).Append('\n');
    }

    public void End(long messages) => _text.Append(CultureInfo.InvariantCulture, $"\n{messages} {(messages == 1 ? "message" : "messages")}\n");

    public string Take()
    {
        var taken = _text.ToString();
        _text.Clear();
        return taken;
    }
}
