using System.CommandLine;
using System.Security.Cryptography;
using TalkyWalky.Authority;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>The CRL for who verifies certificates without asking the server.</summary>
internal static class CrlCommand
{
    public static Command Build(CommandContext context)
    {
        var pem = new Option<bool>("--pem") { Description = "PEM instead of DER" };
        var file = new Option<string?>("--out") { Description = "write it to FILE; what is there is replaced", HelpName = "FILE" };
        var root = new Option<bool>("--root") { Description = "sign a new one of the root instead, good for a year; the server serves it from then on" };
        var command = new Command("crl", "The list of revoked certificates (CRL) as of now, signed by the issuing CA, good for an hour. Works while the server runs and while it does not.") { pem, file, root };
        var issuing = new Option<int?>("--issuing") { Description = "of the issuing CA of this number, see ca show (default: the newest)", HelpName = "NUMBER" };
        command.Options.Add(issuing);
        var key = new RootKeyOptions();
        key.AddTo(command);
        command.WithExamples(
            "talkywalkyd ca crl --out issuing.crl",
            "talkywalkyd ca crl --pem | openssl crl -noout -text",
            "talkywalkyd ca crl --root --root-key /media/safe/root.key --out root.crl");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (isPem, path) = (parsed.GetValue(pem), parsed.GetValue(file));
            if (!isPem && path is null) throw ServerException.Usage("a CRL in DER is no text; give --out FILE, or --pem");
            if (parsed.GetValue(root) && parsed.GetValue(issuing) is not null) throw ServerException.Usage("--root and --issuing exclude each other; give one of them");
            AdminRequest request = parsed.GetValue(root) ? await SignRootAsync(context, parsed, key, cancellation) : new AdminRequest.GetCrl(parsed.GetValue(issuing));
            return await AdminCommand.SendAsync(context, parsed, request, answer => Write(context.Terminal.Output, ((AdminAnswer.Crl)answer).Der, isPem, path), cancellation);
        });
        return command;
    }

    private static async Task<AdminRequest> SignRootAsync(CommandContext context, ParseResult parsed, RootKeyOptions key, CancellationToken cancellation)
    {
        var folder = DataFolder.Find(context.DataPath(parsed));
        using var root = await key.OpenAsync(context, parsed, folder, cancellation);
        return new AdminRequest.ReplaceRootCrl(root.SignCrl(RootCrl.TryRead(folder.Authority, AuthorityFolder.ReadAnchor(folder))?.Content, [], context.Time.GetUtcNow()));
    }

    private static void Write(TextWriter output, byte[] der, bool isPem, string? path)
    {
        var text = PemEncoding.WriteString("X509 CRL", der) + "\n";
        if (path is null)
        {
            output.Write(text);
            return;
        }

        try
        {
            // Renamed into its place: a web server that offers the file never shows half of it.
            var draft = path + ".new";
            if (isPem) File.WriteAllText(draft, text);
            else File.WriteAllBytes(draft, der);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot write {path}: {exception.Message.TrimEnd('.')}; give another file with --out", exception);
        }
    }
}
