using System.CommandLine;
using TalkyWalky.Pki;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>A new issuing CA while the server runs. The root's key goes into this process only; that of the issuing CA never leaves the server.</summary>
internal static class RolloverCommand
{
    public static Command Build(CommandContext context)
    {
        var request = new Option<string?>("--request") { Description = "write the request (PKCS#10) for its certificate to FILE, for a root that is kept elsewhere, and change nothing", HelpName = "FILE" };
        var import = new Option<string?>("--import") { Description = "take the certificate that the root signed from FILE (PEM or DER)", HelpName = "FILE" };
        var command = new Command(
            "rollover", "Make a new issuing CA with a key of its own. It signs from now on; the one before signs the status of its own certificates until the last of them has expired. Works while the server runs; nobody is cut off.")
        {
            request, import,
        };
        var key = new RootKeyOptions();
        key.AddTo(command);
        command.WithExamples(
            "talkywalkyd ca rollover --root-key /media/safe/root.key",
            "talkywalkyd ca rollover --request issuing.csr",
            "talkywalkyd ca rollover --import issuing.pem");
        command.SetAction((parsed, cancellation) => (parsed.GetValue(request), parsed.GetValue(import)) switch
        {
            ({ } file, null) => RequestAsync(context, parsed, file, cancellation),
            (null, { } file) => AdoptAsync(context, parsed, CertificateInput.Read(file), cancellation),
            (null, null) => SignAsync(context, parsed, key, cancellation),
            _ => throw ServerException.Usage("--request and --import exclude each other; give one of them"),
        });
        return command;
    }

    private static async Task<int> RequestAsync(CommandContext context, ParseResult parsed, string file, CancellationToken cancellation)
    {
        var pem = await AskAsync(context, parsed, cancellation);
        try
        {
            await File.WriteAllTextAsync(file, pem, cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot write {file}: {exception.Message.TrimEnd('.')}; give another file with --request", exception);
        }

        context.Terminal.Output.WriteLine($"made {file}; have it signed with the extensions that it asks for, then: {CommandLine.Program} ca rollover --import CERTIFICATE");
        return ExitCode.Done;
    }

    private static async Task<int> SignAsync(CommandContext context, ParseResult parsed, RootKeyOptions key, CancellationToken cancellation)
    {
        var folder = DataFolder.Find(context.DataPath(parsed));
        using var root = await key.OpenAsync(context, parsed, folder, cancellation); // before a key is made for nothing
        var publicUrl = context.ReadConfiguration(parsed, folder, CommandLineSettings.None).PublicUrl;
        return await AdoptAsync(context, parsed, root.SignRequest(await AskAsync(context, parsed, cancellation), publicUrl, context.Time.GetUtcNow()), cancellation);
    }

    private static async Task<string> AskAsync(CommandContext context, ParseResult parsed, CancellationToken cancellation)
    {
        var pem = "";
        await AdminCommand.SendAsync(context, parsed, new AdminRequest.RequestIssuing(), answer => pem = ((AdminAnswer.IssuingRequested)answer).Pem, cancellation);
        return pem;
    }

    private static Task<int> AdoptAsync(CommandContext context, ParseResult parsed, byte[] certificate, CancellationToken cancellation) => AdminCommand.SendAsync(
        context, parsed, new AdminRequest.AdoptIssuing(certificate),
        answer =>
        {
            foreach (var one in ((AdminAnswer.Issuing)answer).Live) context.Terminal.Output.WriteLine(ShowAuthorityCommand.Line(one));
        },
        cancellation);
}
