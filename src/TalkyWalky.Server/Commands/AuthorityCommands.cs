using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Commands;

internal static class AuthorityCommands
{
    public static Command Build(CommandContext context) => new("ca", "The certificate authority.") { Init(context), OwnRootCommands.Request(context), OwnRootCommands.Import(context), Show(context), IssueServerCommand.Build(context), CrlCommand.Build(context), CertificateCommands.List(context), CertificateCommands.Revoke(context), ExportCommand.Build(context), AuditCommand.Build(context) };

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

    private static Command Show(CommandContext context)
    {
        var pem = new Option<bool>("--pem") { Description = "print the root and the issuing certificate as PEM" };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var serial = new Argument<string?>("SERIAL") { Description = "a certificate that was issued, instead of the authority's own", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Show the root certificate, its hash and the join link; or a certificate that was issued.") { serial, pem, json };
        command.WithExamples("talkywalkyd ca show", "talkywalkyd ca show --pem > authority.pem", "talkywalkyd ca show 3f9c21d04be177a0c2d3e4f5a6b7c8d9");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (isPem, isJson) = (parsed.GetValue(pem), parsed.GetValue(json));
            if (isPem && isJson) throw ServerException.Usage("--pem and --json exclude each other; give one of them");
            return parsed.GetValue(serial) is { } one ? await CertificateCommands.ShowAsync(context, parsed, one, isPem, isJson, cancellation) : Show(context, parsed, isPem, isJson);
        });
        return command;
    }

    private static int Show(CommandContext context, ParseResult parsed, bool pem, bool json)
    {
        var folder = DataFolder.Find(context.DataPath(parsed));
        var anchor = AuthorityFolder.ReadAnchor(folder);
        using var root = anchor.LoadCertificate();
        var output = context.Terminal.Output;
        if (pem)
        {
            output.WriteLine(root.ExportCertificatePem());
            output.WriteLine(AuthorityFolder.ReadIssuingPem(folder));
            return ExitCode.Done;
        }

        var entry = Describe(folder, anchor, root);
        if (json) output.WriteLine(JsonSerializer.Serialize(entry, AdminJson.Default.AuthorityEntry));
        else Write(output, entry);
        return ExitCode.Done;
    }

    private static AuthorityEntry Describe(DataFolder folder, TrustAnchor anchor, X509Certificate2 root)
    {
        var join = JoinLink.TryParse(OwnerFile.TryRead(folder.Address), out var served, out _) ? (served with { Root = anchor.Hash }).ToString() : null;
        return new AuthorityEntry(
            anchor.Hash.ToString(), root.Subject, new DateTimeOffset(root.NotBefore.ToUniversalTime()), new DateTimeOffset(root.NotAfter.ToUniversalTime()),
            Digest.Sha256(root.RawData).ToString(), join);
    }

    private static void Write(TextWriter output, AuthorityEntry entry)
    {
        output.WriteLine($"subject      {Terminal.Plain(entry.Subject)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"valid        {entry.NotBefore:yyyy-MM-dd} to {entry.NotAfter:yyyy-MM-dd}"));
        output.WriteLine($"fingerprint  {entry.Fingerprint} (SHA-256 of the certificate)");
        output.WriteLine($"root         {entry.Root} (in the join link)");
        if (entry.Join is not null) output.WriteLine($"join         {entry.Join}");
    }
}
