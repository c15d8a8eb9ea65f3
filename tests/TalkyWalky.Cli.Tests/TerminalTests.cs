using System.Text;
using TalkyWalky.Cli.Chat;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Client.Plain;
using TalkyWalky.Client.Tests.Agent;

namespace TalkyWalky.Cli.Tests;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("plain é 😀 日本", "plain é 😀 日本")]
    [InlineData("\u001b[2J", "\\u{1B}[2J")]
    [InlineData("a\u0007b\u007fc\u009bd", "a\\u{7}b\\u{7F}c\\u{9B}d")]
    [InlineData("evil\u202egnp.exe", "evil\\u{202E}gnp.exe")]
    [InlineData("\u2066x\u2069\u200f", "\\u{2066}x\\u{2069}\\u{200F}")]
    [InlineData("two\nlines\t.", "two\\u{A}lines\\u{9}.")]
    [InlineData("👩\u200d👧", "👩\u200d👧")]
    public void Inert_Line_EscapesWhatMovesOrReorders(string text, string expected) => Assert.Equal(expected, Inert.Line(text));

    [Fact]
    public void Inert_LoneSurrogate_IsReplaced() => Assert.Equal("\ufffd", Inert.Line("\ud800"));

    [Fact]
    public void Inert_Text_KeepsLinesAndSpreadsTabs() => Assert.Equal("a\nb\n    c", Inert.Text("a\r\nb\n\tc"));

    [Theory]
    [InlineData("a\u001b[A\u001b[3~\rb", 0, "aUpDeleteEnterb")]
    [InlineData("é😀x", 1, "é😀x")]
    [InlineData("\u001b[200~one\rtwo\u001b[201~!", 0, "one\ntwo!")]
    [InlineData("\u0003", 0, "Interrupt")]
    public async Task Keys_Bytes_BecomeKeys(string typed, int atOnce, string expected)
    {
        var keys = new StringBuilder();
        await foreach (var press in ReadKeysAsync(typed, atOnce == 0 ? 1024 : atOnce))
            if (press.Key != Key.EndOfInput) keys.Append(press.Key == Key.Text ? press.Text : press.Key.ToString());
        Assert.Equal(expected, keys.ToString());
    }

    [Fact]
    public async Task Keys_SequenceSplitOverReads_IsOneKey()
    {
        var presses = new List<KeyPress>();
        await foreach (var press in ReadKeysAsync("\u001b[Aé", 1)) presses.Add(press);
        Assert.Equal([new KeyPress(Key.Up), new KeyPress(Key.Text, "é"), new KeyPress(Key.EndOfInput)], presses);
    }

    [Fact]
    public void InputLine_CursorMoves_ByWholeCharacters()
    {
        var line = new InputLine();
        line.Press(new KeyPress(Key.Text, "a👩\u200d👧b"));
        line.Press(new KeyPress(Key.Left));
        line.Press(new KeyPress(Key.Backspace));
        Assert.Equal("ab", line.Text);
        line.Press(new KeyPress(Key.Home));
        line.Press(new KeyPress(Key.Delete));
        Assert.Equal("b", line.Take());
        line.Press(new KeyPress(Key.Up));
        Assert.Equal("b", line.Text);
    }

    [Fact]
    public void InputLine_LongText_ShowsThePartAroundTheCursor()
    {
        var line = new InputLine();
        line.Press(new KeyPress(Key.Text, "0123456789日本"));
        Assert.Equal(("6789日本", 8), line.Window(9));
        line.Press(new KeyPress(Key.Home));
        Assert.Equal(("012345678", 0), line.Window(9));
    }

    [Fact]
    public void Screen_Draw_FillsExactlyTheWindow()
    {
        var chat = new MemoryChat();
        var screen = new Screen(TimeZoneInfo.Utc, TimeProvider.System) { Me = "alice", Place = Place.Person("bob") };
        for (var number = 0; number < 50; number++) screen.Put(chat.Receive($"message {number} \u001b[2J"));
        screen.Note("a note");
        var frame = screen.Draw(new InputLine(), 60, 12);
        Assert.Equal(11, frame.Split("\r\n").Length - 1);
        Assert.Contains("message 49", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("message 3 ", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", frame, StringComparison.Ordinal);
        screen.Scroll(1000);
        frame = screen.Draw(new InputLine(), 60, 12);
        Assert.Contains("Saturday, 21 November 2026", frame, StringComparison.Ordinal);
        Assert.Contains("message 3 ", frame, StringComparison.Ordinal);
    }

    [Fact]
    public void Screen_StateChanges_ReplaceTheMessage()
    {
        var screen = new Screen(TimeZoneInfo.Utc, TimeProvider.System);
        var message = new MemoryChat().Receive("x") with { Mine = true, State = MessageState.Queued };
        screen.Put(message);
        screen.Put(message with { State = MessageState.Delivered });
        var frame = screen.Draw(new InputLine(), 80, 24);
        Assert.Contains("delivered", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("queued", frame, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_TooLong_EndTheInput()
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes("short\r\n" + new string('x', 100) + "\n"));
        var lines = new List<string>();
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var line in Lines.ReadAsync(bytes.ReadAsync, 50, default)) lines.Add(line);
        });
        Assert.Equal(["short"], lines);
    }

    private static async IAsyncEnumerable<KeyPress> ReadKeysAsync(string typed, int atOnce)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(typed));
        await foreach (var press in Keys.ReadAsync(bytes.ReadAsync, atOnce, default)) yield return press;
    }
}
