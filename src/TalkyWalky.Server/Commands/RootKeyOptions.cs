using System.CommandLine;
using TalkyWalky.Authority;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>Where the root's key is while a command needs it. It goes into this process only, never into the server.</summary>
internal sealed class RootKeyOptions
{
    private readonly Option<string?> _key = new("--root-key") { Description = "the root's key (default: DATA/ca/root.key)", HelpName = "FILE" };

    private readonly Option<string?> _passphrase = new("--root-passphrase-file")
    {
        Description = "the passphrase of the root's key in the first line of FILE (- for standard input; default: the authority's)",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_key);
        command.Options.Add(_passphrase);
    }

    public async Task<RootAuthority> OpenAsync(CommandContext context, ParseResult parsed, DataFolder folder, CancellationToken cancellation)
    {
        var file = parsed.GetValue(_key) ?? Path.Combine(folder.Authority, "root.key");
        var pem = OwnerFile.TryRead(file) ?? throw new ServerException($"{file} is not there: this needs the root's key; bring it from where it is kept, and name it with --root-key FILE");
        var configured = parsed.GetValue(_passphrase) is null ? AuthorityPassphrase.TryFind(folder, context.ReadConfiguration(parsed, folder, CommandLineSettings.None).Authority) : null;
        var passphrase = configured
            ?? await SecretOption.ReadKnownAsync(parsed.GetValue(_passphrase), "--root-passphrase-file", "passphrase of the root's key", context.Terminal, cancellation);
        return RootAuthority.Open(AuthorityFolder.ReadAnchor(folder), pem, passphrase, file);
    }
}
