using System.CommandLine;
using Microsoft.Extensions.Logging;
using TalkyWalky.Authority;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>The authority under the organisation's own root: a request goes out, a certificate comes back, and the key never leaves.</summary>
internal static class OwnRootCommands
{
    public static Command Request(CommandContext context)
    {
        var organisation = new Option<string?>("--organisation") { Description = "what every certificate has as organisation (default: organisation.name of the configuration)", HelpName = "NAME" };
        var domain = new Option<string?>("--domain") { Description = "what every device is named under (default: organisation.domain)", HelpName = "NAME" };
        var file = new Option<string>("--out") { Description = "where the request goes, for the organisation's CA to sign", HelpName = "FILE", Required = true };
        var passphrase = new NewPassphraseOptions();
        var command = new Command("request", "Make the key of an issuing CA and the request (PKCS#10) for its certificate by the organisation's own root, instead of a root made here. The key stays here, encrypted.") { organisation, domain, file };
        passphrase.AddTo(command);
        command.WithExamples("talkywalkyd ca request --organisation \"Example Ltd\" --domain example.org --out issuing.csr");
        command.SetAction(async (parsed, cancellation) =>
        {
            passphrase.Check(parsed);
            var folder = DataFolder.Create(context.DataPath(parsed));
            var configuration = context.ReadConfiguration(parsed, folder, CommandLineSettings.None);
            if (AuthorityFolder.Exists(folder)) throw new ServerException($"{folder.Path} has a certificate authority already; see: {CommandLine.Program} ca show --data {folder.Path}");
            AuthorityFolder.RequireNoRequest(folder);
            using var owned = EmbeddedEngines.Lock(folder.Database);
            var secret = await passphrase.ReadAsync(context, parsed, folder, configuration.Authority, cancellation);
            var (name, host) = (parsed.GetValue(organisation) ?? configuration.Organisation.Name, parsed.GetValue(domain) ?? configuration.Organisation.Domain);
            var pem = IssuingRequest.Create(folder.AuthorityRequest, name, host, secret, GeneratedKeys.Instance);
            Write(parsed.GetRequiredValue(file), pem);
            context.Terminal.Output.WriteLine($"made a request for {name} ({host}) in {parsed.GetRequiredValue(file)}; have it signed with the extensions that it asks for, then: {CommandLine.Program} ca import CERTIFICATE --root ROOT");
            context.Terminal.Output.WriteLine(passphrase.Advice(parsed, folder));
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Import(CommandContext context)
    {
        var certificate = new Argument<string>("CERTIFICATE") { Description = "the issuing CA's certificate, as the organisation's root signed it (PEM or DER)" };
        var root = new Option<string>("--root") { Description = "the root's certificate (PEM or DER)", HelpName = "FILE", Required = true };
        var file = new Option<string?>("--passphrase-file") { Description = "the passphrase given to ca request, where the configuration names none (- for standard input)", HelpName = "FILE" };
        var command = new Command("import", "Make the certificate authority of what ca request made and the certificate that came back.") { certificate, root, file };
        command.WithExamples("talkywalkyd ca import issuing.pem --root root.pem");
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = DataFolder.Create(context.DataPath(parsed));
            var configuration = context.ReadConfiguration(parsed, folder, CommandLineSettings.None);
            var services = context.CreateServices(LogLevel.Warning);
            using var logs = services.Logs;
            using var owned = EmbeddedEngines.Lock(folder.Database);
            if (AuthorityFolder.Exists(folder)) throw new ServerException($"{folder.Path} has a certificate authority already; see: {CommandLine.Program} ca show --data {folder.Path}");
            var passphrase = parsed.GetValue(file) is { } given
                ? await SecretOption.ReadKnownAsync(given, "--passphrase-file", "passphrase", context.Terminal, cancellation)
                : AuthorityPassphrase.Find(folder, configuration.Authority);
            var (leaf, anchor) = (CertificateInput.Read(parsed.GetRequiredValue(certificate)), CertificateInput.Read(parsed.GetRequiredValue(root)));
            using var made = await AuthorityFolder.ImportAsync(folder, configuration, passphrase, leaf, anchor, services, AdminPeer.Self);
            context.Terminal.Output.WriteLine($"made the certificate authority of {made.Organisation} ({made.Domain}) in {folder.Authority}, under {Terminal.Plain(made.Root.Subject)}");
            context.Terminal.Output.WriteLine($"root {made.Anchor.Hash}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot write {file}: {exception.Message.TrimEnd('.')}; the request is in the data folder too, in ca.request/issuing.csr", exception);
        }
    }
}
