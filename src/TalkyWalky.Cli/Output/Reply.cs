using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TalkyWalky.Cli.Terminals;

namespace TalkyWalky.Cli.Output;

/// <summary>How a command answers: results on the standard output (one JSON object per line with --json), everything else as sentences on the standard error.</summary>
internal sealed class Reply(Terminal terminal, bool json)
{
    public bool Json => json;

    public Terminal Terminal => terminal;

    /// <summary>Tables and colours.</summary>
    public bool Pretty => !json && terminal.OutputIsTerminal;

    public async Task ObjectAsync<T>(T value, JsonTypeInfo<T> type) => await LineAsync(JsonSerializer.Serialize(value, type));

    /// <summary>
    /// Blocks until the reader took the line: one write, so that a reader never sees half a line, and no other thread in between, so that what follows (the
    /// position of listen) follows within microseconds.
    /// </summary>
    public Task LineAsync(string text) => TextAsync(text + "\n");

    /// <summary>As <see cref="LineAsync"/>, without a line end of its own.</summary>
    public Task TextAsync(string text)
    {
        try
        {
            terminal.Out.Write(text);
            terminal.Out.Flush();
            return Task.CompletedTask;
        }
        catch (IOException gone)
        {
            return Task.FromException(new OutputClosedException(gone));
        }
    }

    /// <summary>Bytes as they are, for whoever reads the standard output.</summary>
    public async Task BytesAsync(ReadOnlyMemory<byte> bytes)
    {
        if (terminal.Out is not StreamWriter { BaseStream: var output }) throw new InvalidOperationException("the standard output takes text only");
        try
        {
            await output.WriteAsync(bytes);
            await output.FlushAsync();
        }
        catch (IOException gone)
        {
            throw new OutputClosedException(gone);
        }
    }

    public async Task NoteAsync(string sentence) => await terminal.Error.WriteLineAsync(sentence);

    /// <summary>
    /// Somebody tampers, or seems to. On the standard error, so that the standard output of listen and chat holds messages only; an object with --json.
    /// </summary>
    public async Task AlarmAsync(string sentence)
    {
        var line = Inert.Line(sentence);
        if (json) await NoteAsync(JsonSerializer.Serialize(new AlarmLine(line), JsonLines.Types.AlarmLine));
        else await NoteAsync(terminal.ErrorIsTerminal ? $"\u001b[1;97;41m ALARM \u001b[0m \u001b[1m{line}\u001b[0m" : $"ALARM: {line}");
    }

    /// <summary>Reports a failure and returns its exit code.</summary>
    public Task<int> FailAsync(int exitCode, string why) => FailAsync(exitCode, ExitCode.NameOf(exitCode), why);

    public async Task<int> FailAsync(int exitCode, string code, string why)
    {
        var line = Inert.Line(why);
        await NoteAsync($"talkywalky: {line}");
        if (json) await ObjectAsync(new ErrorLine(new ErrorBody(code, line)), JsonLines.Types.ErrorLine);
        return exitCode;
    }

    public async Task FieldsAsync(IEnumerable<(string Name, string Value)> fields)
    {
        if (Pretty)
        {
            await LineAsync(Rich.Fields(fields));
            return;
        }

        foreach (var (name, value) in fields) await LineAsync($"{name}: {value}");
    }
}

/// <summary>Who read our output has closed it: nothing is left to say.</summary>
internal sealed class OutputClosedException(Exception inner) : IOException("the standard output is closed", inner);
