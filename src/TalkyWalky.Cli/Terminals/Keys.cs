using System.Runtime.CompilerServices;
using System.Text;

namespace TalkyWalky.Cli.Terminals;

internal enum Key
{
    Text,
    Enter,
    Backspace,
    Delete,
    Left,
    Right,
    Home,
    End,
    Up,
    Down,
    PageUp,
    PageDown,
    Interrupt,
    EndOfInput,
    EraseLine,
    EraseWord,
    EraseToEnd,
    Redraw,
    Tab,
}

/// <param name="Text">What was typed or pasted, for <see cref="Key.Text"/>.</param>
internal readonly record struct KeyPress(Key Key, string Text = "");

/// <summary>Keys from a terminal in raw mode: UTF-8, the usual control keys, ECMA-48 sequences, bracketed paste.</summary>
internal static class Keys
{
    private const char Escape = '\u001b';
    private const string PasteStart = "\u001b[200~", PasteEnd = "\u001b[201~";
    private const int LongestPaste = 64 * 1024;

    /// <param name="atOnce">Bytes per read; with 1, nothing is taken beyond the key that the caller stops at.</param>
    public static async IAsyncEnumerable<KeyPress> ReadAsync(ByteSource source, int atOnce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var decoder = new UTF8Encoding(false).GetDecoder();
        var bytes = new byte[atOnce];
        var waiting = new StringBuilder();
        while (true)
        {
            var read = await source(bytes, cancellation);
            if (read == 0) break;
            var chars = new char[decoder.GetCharCount(bytes, 0, read, flush: false)];
            decoder.GetChars(bytes, 0, read, chars, 0, flush: false);
            waiting.Append(chars);
            foreach (var key in Take(waiting)) yield return key;
        }

        yield return new KeyPress(Key.EndOfInput);
    }

    private static List<KeyPress> Take(StringBuilder waiting)
    {
        var keys = new List<KeyPress>();
        var text = waiting.ToString();
        var at = 0;
        while (at < text.Length)
        {
            var (key, length) = Next(text.AsSpan(at));
            if (length == 0) break; // a paste or a sequence goes on in the next read
            if (key is { } press) keys.Add(press);
            at += length;
        }

        waiting.Remove(0, at);
        return keys;
    }

    private static (KeyPress? Key, int Length) Next(ReadOnlySpan<char> text)
    {
        if (text[0] == Escape) return Sequence(text);
        if (text[0] < ' ' || text[0] == '\u007f') return (Control(text[0]), 1);
        var end = text.IndexOfAnyInRange('\0', '\u001f');
        var run = end < 0 ? text : text[..end];
        var delete = run.IndexOf('\u007f');
        if (delete >= 0) run = run[..delete];
        return (new KeyPress(Key.Text, run.ToString()), run.Length);
    }

    private static (KeyPress? Key, int Length) Sequence(ReadOnlySpan<char> text)
    {
        if (text.StartsWith(PasteStart, StringComparison.Ordinal)) return Paste(text);
        if (text.Length == 1) return (null, 0);
        if (text[1] is not ('[' or 'O')) return (null, 2);
        var final = text[2..].IndexOfAnyInRange('@', '~');
        if (final < 0) return text.Length > 32 ? (null, text.Length) : (null, 0);
        var length = final + 3;
        return (Named(text[1..length]), length);
    }

    private static (KeyPress? Key, int Length) Paste(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(PasteEnd, StringComparison.Ordinal);
        if (end < 0) return text.Length > LongestPaste ? (null, text.Length) : (null, 0);
        var pasted = text[PasteStart.Length..end].ToString().ReplaceLineEndings("\n");
        return (new KeyPress(Key.Text, pasted), end + PasteEnd.Length);
    }

    private static KeyPress? Named(ReadOnlySpan<char> sequence) => sequence switch
    {
        "[A" or "OA" => new KeyPress(Key.Up),
        "[B" or "OB" => new KeyPress(Key.Down),
        "[C" or "OC" => new KeyPress(Key.Right),
        "[D" or "OD" => new KeyPress(Key.Left),
        "[H" or "OH" or "[1~" or "[7~" => new KeyPress(Key.Home),
        "[F" or "OF" or "[4~" or "[8~" => new KeyPress(Key.End),
        "[3~" => new KeyPress(Key.Delete),
        "[5~" => new KeyPress(Key.PageUp),
        "[6~" => new KeyPress(Key.PageDown),
        _ => null,
    };

    private static KeyPress? Control(char control) => control switch
    {
        '\r' or '\n' => new KeyPress(Key.Enter),
        '\u007f' or '\b' => new KeyPress(Key.Backspace),
        '\u0001' => new KeyPress(Key.Home),
        '\u0003' => new KeyPress(Key.Interrupt),
        '\u0004' => new KeyPress(Key.EndOfInput),
        '\u0005' => new KeyPress(Key.End),
        '\t' => new KeyPress(Key.Tab),
        '\u000b' => new KeyPress(Key.EraseToEnd),
        '\u000c' => new KeyPress(Key.Redraw),
        '\u0015' => new KeyPress(Key.EraseLine),
        '\u0017' => new KeyPress(Key.EraseWord),
        _ => null,
    };
}
