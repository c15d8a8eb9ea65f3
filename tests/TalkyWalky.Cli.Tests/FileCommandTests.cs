using System.Text;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Tests;

public sealed class FileCommandTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Send_AFile_GoesUnderItsNameWithTheTypeOfItsEnd()
    {
        var path = await WriteAsync("plan.PDF", "the plan");
        var ran = await _run.RunAsync("file", "send", "--to", "bob", path, "--json");
        Assert.Equal(0, ran.Code);
        var file = Assert.Single(ran.Objects).GetProperty("file");
        Assert.Equal(("plan.PDF", "application/pdf", 8, true), (file.GetProperty("name").GetString(), file.GetProperty("type").GetString(), file.GetProperty("size").GetInt32(), file.GetProperty("here").GetBoolean()));
        Assert.Equal("sent to bob\n", (await _run.RunAsync("file", "send", "--to", "bob", path, "--name", "x", "--type", "text/x-plan")).Output);
        var history = await _run.RunAsync("history", "--with", "bob");
        Assert.Contains("alice (sent): [file] plan.PDF (8 bytes)\n", history.Output, StringComparison.Ordinal);
        Assert.Equal("text/x-plan", (await _run.RunAsync("history", "--with", "bob", "--json")).Objects[1].GetProperty("file").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Send_StandardInput_NeedsAName()
    {
        Assert.Equal(2, (await _run.RunAsync("bytes", ["file", "send", "--to", "bob", "-"])).Code);
        var ran = await _run.RunAsync("bytes\n", ["file", "send", "--to", "bob", "-", "--name", "bytes", "--json"]);
        Assert.Equal((0, 6), (ran.Code, ran.Objects[0].GetProperty("file").GetProperty("size").GetInt32()));
    }

    [Fact]
    public async Task Send_WhatCannotBeSent_SaysWhyInOneLine()
    {
        var small = await WriteAsync("small.txt", "x");
        var large = Path.Combine(_run.Home, "large");
        await File.WriteAllBytesAsync(large, new byte[Limits.RoomFile + 1]);
        foreach (var (code, why, arguments) in new (int, string, string[])[]
            {
                (1, "there is no file", ["--to", "bob", Path.Combine(_run.Home, "none")]),
                (1, "is a folder", ["--to", "bob", _run.Home]),
                (2, "1 MiB are the limit", ["--room", "General", large]),
                (2, "slashes", ["--to", "bob", small, "--name", "a/b"]),
                (2, "image/png", ["--to", "bob", small, "--type", "PNG"]),
                (4, "nobody called", ["--to", "nobody", small]),
            })
        {
            var ran = await _run.RunAsync(["file", "send", .. arguments]);
            Assert.Equal(code, ran.Code);
            Assert.Contains(why, Assert.Single(ran.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }

        await using (var tooLarge = File.OpenWrite(large)) tooLarge.SetLength(Limits.File + 1L);
        Assert.Contains("8 MiB are the limit", (await _run.RunAsync("file", "send", "--to", "bob", large)).Error, StringComparison.Ordinal);
        _run.Chat.Connection = ConnectionState.Offline;
        Assert.Equal(5, (await _run.RunAsync("file", "send", "--to", "bob", small)).Code);
        _run.Chat.IsLoggedIn = false;
        Assert.Equal(3, (await _run.RunAsync("file", "send", "--to", "bob", small)).Code);
    }

    [Fact]
    public async Task Save_NewestOrNamed_WritesAPrivateFileOnceUnlessForced()
    {
        var first = _run.Chat.Receive(Given("first", "plan.pdf"));
        _run.Chat.Receive(Given("second", "plan.pdf"));
        _run.Chat.Receive("and a text");
        await _run.RunAsync("file", "send", "--to", "bob", await WriteAsync("mine.txt", "mine"));
        var path = Path.Combine(_run.Home, "saved");
        var ran = await _run.RunAsync("file", "save", "--from", "bob", "--out", path, "--json");
        Assert.Equal((0, path, "plan.pdf", 6), (ran.Code, ran.Objects[0].GetProperty("file").GetString(), ran.Objects[0].GetProperty("name").GetString(), ran.Objects[0].GetProperty("size").GetInt32()));
        Assert.Equal("second", await File.ReadAllTextAsync(path));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        string[] again = ["file", "save", "--from", "bob", first.Id.ToString()[..8].ToUpperInvariant(), "--out", path];
        Assert.Equal(1, (await _run.RunAsync(again)).Code);
        Assert.Equal("second", await File.ReadAllTextAsync(path));
        Assert.Equal(0, (await _run.RunAsync([.. again, "--force"])).Code);
        Assert.Equal("first", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Save_ToTheStandardOutput_GivesTheBytesAndNothingElse()
    {
        byte[] bytes = [0, 0xFF, 10, 13, 27];
        _run.Chat.Receive(new OutgoingFile("raw", MediaType.Unknown, bytes));
        using var output = new MemoryStream();
        await using var writer = new StreamWriter(output, new UTF8Encoding(false));
        _run.Out = writer;
        Assert.Equal(0, (await _run.RunAsync("file", "save", "--from", "bob", "--out", "-")).Code);
        Assert.Equal(bytes, output.ToArray());
    }

    [Fact]
    public async Task Save_WhatIsNotThere_IsRefusedAndWritesNothing()
    {
        Assert.Equal((4, "refused"), ((await _run.RunAsync("file", "save", "--from", "bob", "--json")) is var none ? (none.Code, none.ErrorCode) : default));
        _run.Chat.Receive(Given("x", "late.bin"), isHere: false);
        Assert.Equal(4, (await _run.RunAsync("file", "save", "--from", "bob", "--out", Path.Combine(_run.Home, "late"))).Code);
        Assert.False(File.Exists(Path.Combine(_run.Home, "late")));
        Assert.Equal(2, (await _run.RunAsync("file", "save", "--from", "bob", "xyz0")).Code);
        Assert.Equal(2, (await _run.RunAsync("file", "save", "--from", "bob", "abc")).Code);
        Assert.Equal(2, (await _run.RunAsync("file", "save")).Code);
        _run.Chat.Receive(Given("alias ls=rm", ".bashrc"));
        var hidden = await _run.RunAsync("file", "save", "--from", "bob");
        Assert.Equal(2, hidden.Code);
        Assert.Contains("--out", hidden.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_AFile_ShowOneHarmlessLine()
    {
        var here = _run.Chat.Receive(Given(new string('x', 12_345), "plan.pdf"));
        _run.Chat.Receive(Given("x", "late.bin"), isHere: false);
        Assert.Contains($"bob: [file] plan.pdf (12 kB); save it: talkywalky file save --from bob {here.Id.ToString()[..8]}\n", (await _run.RunAsync("history", "--with", "bob")).Output, StringComparison.Ordinal);
        Assert.Contains("[file] late.bin (1 byte), not here\n", (await _run.RunAsync("listen", "--count", "2")).Output, StringComparison.Ordinal);
        Assert.Contains("bob: [file] late.bin", (await _run.RunAsync("conversations")).Output, StringComparison.Ordinal);
        foreach (var format in (string[])["text", "html"])
            Assert.Contains("[file] plan.pdf (12 kB)", (await _run.RunAsync("history", "export", "--with", "bob", "--format", format, "--output", "-")).Output, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"plan.pdf\"", (await _run.RunAsync("history", "export", "--with", "bob", "--format", "json", "--output", "-")).Output, StringComparison.Ordinal);
    }

    private static OutgoingFile Given(string content, string name) => new(name, MediaType.Unknown, Encoding.UTF8.GetBytes(content));

    private async Task<string> WriteAsync(string name, string content)
    {
        var path = Path.Combine(_run.Home, name);
        await File.WriteAllTextAsync(path, content);
        return path;
    }
}
