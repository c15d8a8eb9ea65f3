using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;
using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Terminals;

namespace TalkyWalky.Cli.Chat;

/// <summary>The line a person types in: a cursor that moves by whole characters as seen, and the lines typed before.</summary>
internal sealed class InputLine
{
    private const int MostRemembered = 50, LongestText = 64 * 1024;

    private readonly List<string> _before = [];
    private string _text = "";
    private int _cursor;
    private int _recalled;

    public string Text => _text;

    /// <summary>True when the key was for the line.</summary>
    public bool Press(KeyPress press)
    {
        switch (press.Key)
        {
            case Key.Text: Insert(press.Text); break;
            case Key.Backspace: Remove(PreviousStart(), _cursor); break;
            case Key.Delete: Remove(_cursor, NextStart()); break;
            case Key.Left: _cursor = PreviousStart(); break;
            case Key.Right: _cursor = NextStart(); break;
            case Key.Home: _cursor = 0; break;
            case Key.End: _cursor = _text.Length; break;
            case Key.EraseLine: Remove(0, _cursor); break;
            case Key.EraseToEnd: Remove(_cursor, _text.Length); break;
            case Key.EraseWord: Remove(WordStart(), _cursor); break;
            case Key.Up: Recall(-1); break;
            case Key.Down: Recall(+1); break;
            default: return false;
        }

        return true;
    }

    /// <summary>What was typed; the line is empty afterwards.</summary>
    public string Take()
    {
        var taken = _text;
        if (taken.Length > 0) _before.Add(taken);
        if (_before.Count > MostRemembered) _before.RemoveAt(0);
        _recalled = _before.Count;
        Set("");
        return taken;
    }

    /// <summary>The part around the cursor that fits in <paramref name="width"/> cells, and the cell of the cursor in it.</summary>
    public (string Visible, int Cursor) Window(int width)
    {
        var start = 0;
        while (Cells(_text[start.._cursor]) > width - 1) start += StringInfo.GetNextTextElementLength(_text, start);
        var end = start;
        while (end < _text.Length)
        {
            var next = end + StringInfo.GetNextTextElementLength(_text, end);
            if (Cells(_text[start..next]) > width) break;
            end = next;
        }

        return (Shown(_text[start..end]), Cells(_text[start.._cursor]));
    }

    private static string Shown(string text) => Inert.Line(text.Replace('\n', '⏎'));

    public static int Cells(string text) => text.Length == 0 ? 0 : Segment.CellCount([new Segment(Shown(text))]);

    private void Insert(string text)
    {
        if (Encoding.UTF8.GetByteCount(_text) + Encoding.UTF8.GetByteCount(text) > LongestText) return;
        _text = _text.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private void Remove(int from, int to)
    {
        _text = _text.Remove(from, to - from);
        _cursor = from;
    }

    private void Recall(int step)
    {
        if (_recalled + step < 0 || _recalled + step > _before.Count) return;
        _recalled += step;
        Set(_recalled == _before.Count ? "" : _before[_recalled]);
    }

    private void Set(string text)
    {
        _text = text;
        _cursor = text.Length;
    }

    private int NextStart() => _cursor == _text.Length ? _cursor : _cursor + StringInfo.GetNextTextElementLength(_text, _cursor);

    private int PreviousStart()
    {
        var at = 0;
        for (var next = 0; next < _cursor; next += StringInfo.GetNextTextElementLength(_text, next)) at = next;
        return at;
    }

    private int WordStart()
    {
        var at = _cursor;
        while (at > 0 && char.IsWhiteSpace(_text[at - 1])) at--;
        while (at > 0 && !char.IsWhiteSpace(_text[at - 1])) at--;
        return at;
    }
}
