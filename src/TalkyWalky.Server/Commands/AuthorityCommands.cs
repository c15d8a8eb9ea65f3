using System.CommandLine;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

internal static class AuthorityCommands
{
    public static Command Build(CommandContext context) => new("ca", "The certificate authority.") { Init(context), OwnRootCommands.Request(context), OwnRootCommands.Import(context), RolloverCommand.Build(context), ShowAuthorityCommand.Build(context), IssueCommands.Issue(context), IssueCommands.Renew(context), CrlCommand.Build(context), CertificateCommands.List(context), CertificateCommands.Revoke(context), ExportCommand.Build(context), AuditCommand.Build(context) };

    private static Command Init(CommandContext context)
    {
        var passphrase = new NewPassphraseOptions();
        var command = new Command("init", "Make the certificate authority. The first start of the server does it too.");
        passphrase.AddTo(command);
        command.WithExamples(
            "talkywalkyd ca init --data /var/lib/talkywalkyd",
            "talkywalkyd ca init --config talkywalkyd.json --passphrase-file /run/secrets/ca");
        command.SetAction((parsed, cancellation) => InitAsync(context, parsed, passphrase, cancellation));
        return command;
    }

    private static async Task<int> InitAsync(CommandContext context, ParseResult parsed, NewPassphraseOptions options, CancellationToken cancellation)
    {
        options.Check(parsed);
        var folder = DataFolder.Create(context.DataPath(parsed));
        var configuration = context.ReadConfiguration(parsed, folder, CommandLineSettings.None);
        if (AuthorityFolder.Exists(folder)) throw new ServerException($"{folder.Path} has a certificate authority already; see: {CommandLine.Program} ca show --data {folder.Path}");
        AuthorityFolder.RequireNoRequest(folder);
        var services = context.CreateServices(LogLevel.Warning);
        using var logs = services.Logs;

        // The engines' lock: a server that starts meanwhile makes no second authority.
        using var owned = EmbeddedEngines.Lock(folder.Database);
        var passphrase = await options.ReadAsync(context, parsed, folder, configuration.Authority, cancellation);
        await context.Terminal.Error.WriteLineAsync("making the certificate authority (RSA-4096), a few seconds".AsMemory(), cancellation);
        using var made = await AuthorityFolder.MakeAsync(folder, configuration, passphrase, services, AdminPeer.Self);
        context.Terminal.Output.WriteLine($"made the certificate authority of {made.Organisation} ({made.Domain}) in {folder.Authority}");
        context.Terminal.Output.WriteLine($"root {made.Anchor.Hash}");
        context.Terminal.Output.WriteLine(options.Advice(parsed, folder));
        return ExitCode.Done;
    }
}
