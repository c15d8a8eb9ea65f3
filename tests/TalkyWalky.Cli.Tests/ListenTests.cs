using System.Text;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Tests;

public sealed class ListenTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Listen_SeveralRuns_PrintEachMessageOnce()
    {
        foreach (var text in (string[])["one", "two", "three"]) _run.Chat.Receive(text);
        Assert.Equal(["one", "two"], Texts(await _run.RunAsync("listen", "--count", "2", "--json")));
        Assert.Equal(["three"], Texts(await _run.RunAsync("listen", "--count", "1", "--json")));
        var none = await _run.RunAsync("listen", "--count", "1", "--timeout", "0.05");
        Assert.Equal(1, none.Code);
        Assert.Contains("0 of 1", none.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("listen", "--timeout", "0.05")).Code);
    }

    [Fact]
    public async Task Listen_ReaderIsGone_EndsAndKeepsTheMessage()
    {
        _run.Chat.Receive("one");
        _run.Out = new ClosedWriter();
        Assert.Equal(0, (await _run.RunAsync("listen", "--count", "1")).Code);
        _run.Out = null;
        Assert.Equal(["one"], Texts(await _run.RunAsync("listen", "--count", "1", "--json")));
    }

    [Fact]
    public async Task Listen_SecondListener_IsRefused()
    {
        using var held = await ReadPosition.OpenAloneAsync(_run.Profile, TimeProvider.System, default);
        var ran = await _run.RunAsync("listen", "--timeout", "1");
        Assert.Equal(1, ran.Code);
        Assert.Contains("another talkywalky listen", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConnectionState.LoggedOut, 3)]
    [InlineData(ConnectionState.Refused, 4)]
    public async Task Listen_SessionEnds_EndsWithItsCode(ConnectionState state, int code)
    {
        using var stop = new CancellationTokenSource();
        var listening = _run.RunAsync("", ["listen", "--count", "2", "--timeout", "30", "--json"], stop.Token);
        _run.Chat.Receive("one");
        while (!listening.IsCompleted)
        {
            _run.Chat.Publish(new ChatEvent.ConnectionChanged(state, "why"));
            await Task.WhenAny(listening, Task.Delay(20));
        }

        Assert.Equal(code, (await listening).Code);
    }

    [Fact]
    public async Task Listen_Interrupted_EndsQuietly()
    {
        using var stop = new CancellationTokenSource();
        var listening = _run.RunAsync("", ["listen"], stop.Token);
        await stop.CancelAsync();
        Assert.Contains((await listening).Code, (int[])[0, 130]); // before or after it began to listen
    }

    [Fact]
    public async Task Position_DamagedFile_StartsAgain()
    {
        await File.WriteAllTextAsync(Path.Combine(_run.Profile, ReadPosition.ListenFile), "rubbish");
        using var position = await ReadPosition.OpenAloneAsync(_run.Profile, TimeProvider.System, default);
        Assert.Equal(0, position!.Value);
        position.MoveTo(long.MaxValue);
        position.MoveTo(7);
        using var again = ReadPosition.OpenShared(_run.Profile);
        Assert.Equal(0, again.Value);
    }

    private static IEnumerable<string?> Texts(Ran ran) => ran.Objects.Select(static message => message.GetProperty("text").GetString());

    private sealed class ClosedWriter : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? value) => throw new IOException("Broken pipe");
    }
}
