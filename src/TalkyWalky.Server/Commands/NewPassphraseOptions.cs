using System.CommandLine;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>Under which passphrase a CA's key is made: one that is given, the one that is configured, or a fresh one in DATA/ca.passphrase.</summary>
internal sealed class NewPassphraseOptions
{
    private readonly Option<string?> _file = new("--passphrase-file")
    {
        Description = "encrypt the keys under the first line of FILE (- for standard input) instead of a generated passphrase",
        HelpName = "FILE",
    };

    private readonly Option<bool> _ask = new("--ask-passphrase") { Description = "ask for the passphrase; it is stored nowhere" };

    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_ask);
    }

    public void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is not null && parsed.GetValue(_ask)) throw ServerException.Usage("--passphrase-file and --ask-passphrase exclude each other; give one of them");
    }

    public async Task<string> ReadAsync(CommandContext context, ParseResult parsed, DataFolder folder, PassphraseSettings settings, CancellationToken cancellation)
    {
        var (file, ask) = (parsed.GetValue(_file), parsed.GetValue(_ask));
        if (file is null && !ask) return AuthorityPassphrase.FindOrMake(folder, settings);
        return AuthorityPassphrase.Check(
            ask ? context.Terminal.AskNewSecret("passphrase") : await SecretOption.ReadAsync(file, "--passphrase-file", "passphrase", context.Terminal, cancellation),
            ask ? "the prompt" : file!);
    }

    /// <summary>What to do about the passphrase.</summary>
    public string Advice(ParseResult parsed, DataFolder folder) =>
        parsed.GetValue(_file) is null && !parsed.GetValue(_ask) && File.Exists(folder.Passphrase) ? $"its passphrase is in {folder.Passphrase}; keep a copy elsewhere"
        : $"the server needs the passphrase: set {ConfigurationKeys.PassphraseFile.Name} or {ConfigurationKeys.Passphrase.EnvironmentName}";
}
