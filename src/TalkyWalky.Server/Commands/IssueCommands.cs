using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Authority;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>The TLS certificate of a gateway that runs apart from the authority.</summary>
internal static class IssueCommands
{
    private const string FolderHelp = "where server.pem goes, and server.key unless the key is where the request came from (0600); what is there is replaced";

    public static Command Issue(CommandContext context)
    {
        var hosts = new Option<string[]>("--host") { Description = "a name or address that devices reach the gateway by, first of all the one in the join link", HelpName = "NAME", Required = true };
        var options = new Options();
        var command = new Command("issue", "Make key and certificate (90 days) of a gateway that runs apart, or the certificate alone for a request that was made there.") { hosts };
        options.AddTo(command);
        command.WithExamples(
            "talkywalkyd ca issue --host chat.example.org --out gateway1-tls",
            "talkywalkyd ca issue --host chat.example.org --csr gateway1.csr --out gateway1-tls");
        command.SetAction((parsed, cancellation) => options.RunAsync(context, parsed, request => new AdminRequest.IssueServer(parsed.GetRequiredValue(hosts), request), cancellation));
        return command;
    }

    public static Command Renew(CommandContext context)
    {
        var serial = new Argument<string>("SERIAL") { Description = "the serial number of the gateway's certificate" };
        var options = new Options();
        var command = new Command("renew", "Make a gateway's next certificate (90 days), for the same names. Do it every month or two: gateways take new files within a minute. Devices renew by themselves.") { serial };
        options.AddTo(command);
        command.WithExamples(
            "talkywalkyd ca renew 3f9c21d04be177a0c2d3e4f5a6b7c8d9 --out gateway1-tls",
            "talkywalkyd ca renew $(openssl x509 -in gateway1-tls/server.pem -noout -serial | cut -d = -f 2) --csr gateway1.csr --out gateway1-tls");
        command.SetAction((parsed, cancellation) => options.RunAsync(context, parsed, request => new AdminRequest.RenewServer(parsed.GetRequiredValue(serial), request), cancellation));
        return command;
    }

    private sealed class Options
    {
        private readonly Option<string?> _csr = new("--csr") { Description = "a certificate request (PKCS#10) of a P-256 key; the names in it do not count (default: a key is made)", HelpName = "FILE" };
        private readonly Option<string> _folder = new("--out") { Description = FolderHelp, HelpName = "DIR", Required = true };
        private readonly Option<bool> _json = new("--json") { Description = "print one JSON object" };

        public void AddTo(Command command)
        {
            command.Add(_csr);
            command.Add(_folder);
            command.Add(_json);
        }

        public async Task<int> RunAsync(CommandContext context, ParseResult parsed, Func<byte[], AdminRequest> ask, CancellationToken cancellation)
        {
            var folder = Path.GetFullPath(parsed.GetRequiredValue(_folder));
            using var key = parsed.GetValue(_csr) is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
            var request = key is null
                ? CertificateInput.Read(parsed.GetValue(_csr)!, "certificate request", GatewayCertificates.MaxRequest)
                : new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256).CreateSigningRequest();
            return await AdminCommand.SendAsync(
                context, parsed, ask(request), answer => Keep(context.Terminal.Output, (AdminAnswer.ServerIssued)answer, key, folder, parsed.GetValue(_json)), cancellation);
        }
    }

    private static void Keep(TextWriter output, AdminAnswer.ServerIssued issued, ECDsa? key, string folder, bool json)
    {
        var (certificateFile, keyFile) = (Path.Combine(folder, "server.pem"), key is null ? null : Path.Combine(folder, "server.key"));
        try
        {
            DataFolder.MakeOwnerOnly(folder);
            if (keyFile is not null) OwnerFile.Write(keyFile, key!.ExportPkcs8PrivateKeyPem() + "\n");
            OwnerFile.Write(certificateFile, issued.Pem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot write to {folder}: {exception.Message.TrimEnd('.')}; give another folder with --out", exception);
        }

        var entry = new IssuedEntry(certificateFile, keyFile, issued.Serial, issued.NotAfter);
        if (json) output.WriteLine(JsonSerializer.Serialize(entry, IssuedJson.Default.IssuedEntry));
        else output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"made {entry.Certificate}{(keyFile is null ? "" : $" and {keyFile}")}, good until {entry.NotAfter:yyyy-MM-dd}"));
    }
}

/// <param name="Key">Null when it is where the request came from.</param>
internal sealed record IssuedEntry(string Certificate, string? Key, string Serial, DateTimeOffset NotAfter);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IssuedEntry))]
internal sealed partial class IssuedJson : JsonSerializerContext;
