using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>The TLS certificate of a gateway that runs apart from the authority.</summary>
internal static class IssueServerCommand
{
    public static Command Build(CommandContext context)
    {
        var hosts = new Option<string[]>("--host") { Description = "a name or address that devices reach the gateway by, first of all the one in the join link", HelpName = "NAME", Required = true };
        var folder = new Option<string>("--out") { Description = "where server.pem and server.key go (0600); what is there is replaced", HelpName = "DIR", Required = true };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("issue-server", "Make key and certificate (90 days) of a gateway that runs apart. Do it again every month or two: gateways take new files within a minute.")
        {
            hosts, folder, json,
        };
        command.WithExamples("talkywalkyd ca issue-server --host chat.example.org --out gateway1-tls");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (names, path) = (parsed.GetRequiredValue(hosts), Path.GetFullPath(parsed.GetRequiredValue(folder)));
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return await AdminCommand.SendAsync(
                context, parsed, new AdminRequest.IssueServer(names, key.ExportSubjectPublicKeyInfo()),
                answer => Keep(context.Terminal.Output, (AdminAnswer.ServerIssued)answer, key, path, parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static void Keep(TextWriter output, AdminAnswer.ServerIssued issued, ECDsa key, string folder, bool json)
    {
        var (certificateFile, keyFile) = (Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key"));
        try
        {
            DataFolder.MakeOwnerOnly(folder);
            OwnerFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
            OwnerFile.Write(certificateFile, issued.Pem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot write to {folder}: {exception.Message.TrimEnd('.')}; give another folder with --out", exception);
        }

        var entry = new IssuedEntry(certificateFile, keyFile, issued.Serial, issued.NotAfter);
        if (json) output.WriteLine(JsonSerializer.Serialize(entry, IssuedJson.Default.IssuedEntry));
        else output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"made {entry.Certificate} and {entry.Key}, good until {entry.NotAfter:yyyy-MM-dd}"));
    }
}

internal sealed record IssuedEntry(string Certificate, string Key, string Serial, DateTimeOffset NotAfter);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IssuedEntry))]
internal sealed partial class IssuedJson : JsonSerializerContext;
