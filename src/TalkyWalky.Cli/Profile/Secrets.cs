using System.Text;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Profile;

internal abstract record PasswordAnswer
{
    private PasswordAnswer() { }

    public sealed record Known(string Password) : PasswordAnswer
    {
        public override string ToString() => "Known { }";
    }

    public sealed record Missing(string Why) : PasswordAnswer;
}

/// <summary>Passwords and passphrases, from a file, a pipe or a hidden question. Never from an argument: those show in process lists.</summary>
internal sealed class Secrets(Terminal terminal)
{
    /// <param name="file">A file whose first line is the password, "-" for the standard input, null to ask.</param>
    /// <param name="isNew">Ask twice.</param>
    public async Task<PasswordAnswer> PasswordAsync(string? file, bool isNew, CancellationToken cancellation)
    {
        if (file is not null) return await FromFileAsync(file, cancellation);
        if (!terminal.CanAsk) return new PasswordAnswer.Missing("no password given; use --password-file FILE, or --password-file - to read it from the standard input");
        var typed = isNew ? await AskTwiceAsync("New password: ", cancellation) : await AskAsync("Password: ", cancellation);
        if (typed is null) return new PasswordAnswer.Missing("the two passwords differ; try again");
        return typed.Length > 0 ? new PasswordAnswer.Known(typed) : new PasswordAnswer.Missing("the password is empty; try again");
    }

    /// <summary>Null when the two differ. An empty answer is not asked again.</summary>
    public async Task<string?> AskTwiceAsync(string question, CancellationToken cancellation)
    {
        var first = await AskAsync(question, cancellation);
        if (first.Length == 0) return first;
        return string.Equals(first, await AskAsync("Once more: ", cancellation), StringComparison.Ordinal) ? first : null;
    }

    public async Task<string> AskAsync(string question, CancellationToken cancellation)
    {
        await terminal.Error.WriteAsync(question);
        using var raw = RawMode.Enter();
        var typed = new StringBuilder();
        try
        {
            await foreach (var press in Keys.ReadAsync(terminal.In, atOnce: 1, cancellation))
            {
                if (press.Key is Key.Enter or Key.EndOfInput) break;
                if (press.Key == Key.Interrupt) throw new OperationCanceledException("interrupted at a question");
                if (press.Key == Key.Text && typed.Length + press.Text.Length <= Limits.Password) typed.Append(press.Text);
                if (press.Key == Key.EraseLine) typed.Clear();
                if (press.Key == Key.Backspace && typed.Length > 0) typed.Length -= char.IsLowSurrogate(typed[^1]) && typed.Length > 1 ? 2 : 1;
            }

            return typed.ToString();
        }
        finally
        {
            typed.Clear();
            await terminal.Error.WriteAsync("\r\n");
        }
    }

    private async Task<PasswordAnswer> FromFileAsync(string file, CancellationToken cancellation)
    {
        var bytes = string.Equals(file, "-", StringComparison.Ordinal)
            ? await Lines.ReadAllAsync(terminal.In, Limits.Password * 2, cancellation)
            : await ReadFileAsync(file, cancellation);
        if (bytes is null) return new PasswordAnswer.Missing($"{Named(file)} cannot be read or holds more than one password; it should hold one line");
        var text = Encoding.UTF8.GetString(bytes);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        var password = text.Split('\n', 2)[0].TrimEnd('\r');
        return password.Length == 0
            ? new PasswordAnswer.Missing($"the first line of {Named(file)} is empty; it should hold the password")
            : new PasswordAnswer.Known(password);
    }

    private static string Named(string file) => string.Equals(file, "-", StringComparison.Ordinal) ? "the standard input" : file;

    private static async Task<byte[]?> ReadFileAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file)) return null;
        await using var stream = File.OpenRead(file);
        return await Lines.ReadAllAsync(stream.ReadAsync, Limits.Password * 2, cancellation);
    }
}
