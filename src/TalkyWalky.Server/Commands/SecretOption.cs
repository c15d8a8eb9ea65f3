using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>Reads passwords and passphrases from a file, standard input or a prompt: an argument would show in the list of processes.</summary>
internal static class SecretOption
{
    private const int MaxLine = 4096;

    /// <param name="file">A path, - for standard input, null to ask.</param>
    public static Task<string> ReadAsync(string? file, string option, string what, Terminal terminal, CancellationToken cancellation) =>
        ReadAsync(file, option, what, terminal, terminal.AskNewSecret, cancellation);

    /// <summary>One that exists already: a prompt asks once.</summary>
    public static Task<string> ReadKnownAsync(string? file, string option, string what, Terminal terminal, CancellationToken cancellation) =>
        ReadAsync(file, option, what, terminal, terminal.AskSecret, cancellation);

    private static async Task<string> ReadAsync(string? file, string option, string what, Terminal terminal, Func<string, string> ask, CancellationToken cancellation)
    {
        if (file is null && terminal.IsInteractive) return ask(what);
        if (file is null) throw ServerException.Usage($"no {what} was given; add {option} FILE, or {option} - to read it from standard input");
        var secret = string.Equals(file, "-", StringComparison.Ordinal) ? await ReadLineAsync(terminal.Input, what, cancellation) : ReadFile(file, what);
        return secret.Length > 0 ? secret : throw new ServerException($"the {what} is empty; put it into the first line");
    }

    private static string ReadFile(string file, string what) =>
        OwnerFile.TryReadSecret(file) ?? throw new ServerException($"{file} does not exist; give the file that holds the {what} in its first line");

    private static async Task<string> ReadLineAsync(TextReader input, string what, CancellationToken cancellation)
    {
        var line = new System.Text.StringBuilder();
        var one = new char[1];
        while (await input.ReadAsync(one, cancellation) == 1 && one[0] != '\n')
        {
            if (line.Length == MaxLine) throw new ServerException($"the {what} on standard input is longer than {MaxLine} characters; give one line");
            line.Append(one[0]);
        }

        return line.ToString().TrimEnd('\r');
    }
}
