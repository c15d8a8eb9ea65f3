using System.Text;

namespace TalkyWalky.Server.Commands;

/// <summary>Where a command reads and writes.</summary>
/// <param name="input">Opened by the commands that read: opening the console's changes the terminal's settings.</param>
internal sealed class Terminal(Func<TextReader> input, TextWriter output, TextWriter error)
{
    private const int MaxSecret = 1024;

    public TextReader Input => input();

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>A person can be asked.</summary>
    public bool IsInteractive { get; init; } = !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>Asks twice, showing nothing of what is typed. Throws when the two differ.</summary>
    public string AskNewSecret(string what)
    {
        var first = AskSecret(what);
        return string.Equals(first, AskSecret("once more"), StringComparison.Ordinal)
            ? first
            : throw new ServerException("the two differ; nothing was changed, run the command again");
    }

    /// <summary>What others wrote (a full name) must not move the cursor or colour the terminal.</summary>
    public static string Plain(string text) => string.Concat(text.Select(static c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '\uFFFD' : c));

    /// <summary>Asks once, showing nothing of what is typed.</summary>
    public string AskSecret(string what)
    {
        Error.Write($"{what}: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0) typed.Length--;
            else if (!char.IsControl(key.KeyChar) && typed.Length < MaxSecret) typed.Append(key.KeyChar);
        }

        Error.WriteLine();
        return typed.ToString();
    }
}
