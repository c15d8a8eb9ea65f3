using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TalkyWalky.Authority;
using TalkyWalky.Server.Administration;

namespace TalkyWalky.Server.Commands;

/// <summary>Certificates that were issued to devices and gateways.</summary>
internal static class CertificateCommands
{
    public static Command List(CommandContext context)
    {
        var user = new Option<string?>("--user") { Description = "only this person's certificates", HelpName = "NAME" };
        var status = new Option<string?>("--status") { Description = "only those that are valid, revoked or expired" };
        status.AcceptOnlyFromAmong("valid", "revoked", "expired");
        var json = new Option<bool>("--json") { Description = "print one JSON object a line" };
        var command = new Command("list", "List the certificates that were issued, by serial number.") { user, status, json };
        command.WithExamples("talkywalkyd ca list --status revoked", "talkywalkyd ca list --user alice", "talkywalkyd ca list --json | jq -r 'select(.kind == \"server\").notAfter'");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var channel = await AdminCommand.OpenAsync(context, parsed, cancellation);
            return await ListAsync(context, channel, parsed.GetValue(user), parsed.GetValue(status), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    public static Command Revoke(CommandContext context)
    {
        var serial = new Argument<string?>("SERIAL") { Description = "the certificate's serial number", Arity = ArgumentArity.ZeroOrOne };
        var user = new Option<string?>("--user") { Description = "every device of this person instead", HelpName = "NAME" };
        var reason = new Option<string>("--reason") { Description = $"one of {RevocationReasons.Names}", HelpName = "REASON", Required = true };
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("revoke", "Revoke a certificate for good. An identity, or the encryption certificate in use, takes its device with it, as device revoke does.") { serial, user, reason, json };
        command.WithExamples(
            "talkywalkyd ca revoke 3f9c21d04be177a0c2d3e4f5a6b7c8d9 --reason keyCompromise",
            "talkywalkyd ca revoke --user alice --reason cessationOfOperation");
        command.SetAction((parsed, cancellation) => (parsed.GetValue(serial), parsed.GetValue(user), parsed.GetRequiredValue(reason)) switch
        {
            ({ } one, null, var why) => AdminCommand.SendAsync(
                context, parsed, new AdminRequest.RevokeCertificate(one, why), answer => WriteRevoked(context, (AdminAnswer.Certificate)answer, parsed.GetValue(json)), cancellation),
            (null, { } name, var why) => AdminCommand.SendAsync(
                context, parsed, new AdminRequest.RevokeUser(name, why), answer => WriteRevoked(context, name, (AdminAnswer.UserRevoked)answer, parsed.GetValue(json)), cancellation),
            _ => throw ServerException.Usage("give either a serial number or --user NAME"),
        });
        return command;
    }

    public static Task<int> ShowAsync(CommandContext context, ParseResult parsed, string serial, bool pem, bool json, CancellationToken cancellation) => AdminCommand.SendAsync(
        context, parsed, new AdminRequest.ShowCertificate(serial),
        answer =>
        {
            var ((entry, der, _), output) = ((AdminAnswer.Certificate)answer, context.Terminal.Output);
            if (pem) output.WriteLine(PemEncoding.WriteString("CERTIFICATE", der));
            else if (json) output.WriteLine(JsonSerializer.Serialize(entry, AdminJson.Default.CertificateEntry));
            else Write(output, entry);
        },
        cancellation);

    private static async Task<int> ListAsync(CommandContext context, AdminChannel channel, string? user, string? status, bool json, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var answer = await channel.SendAsync(new AdminRequest.ListCertificates(user, after), cancellation);
            if (answer is AdminAnswer.Refused refused) throw new ServerException(refused.Error);
            var certificates = (AdminAnswer.Certificates)answer;
            foreach (var one in certificates.Page.Where(one => status is null || string.Equals(one.Status, status, StringComparison.Ordinal)))
                context.Terminal.Output.WriteLine(json ? JsonSerializer.Serialize(one, AdminJson.Default.CertificateEntry) : Line(one));
            after = certificates.After;
        }
        while (after is not null);

        return ExitCode.Done;
    }

    private static void WriteRevoked(CommandContext context, AdminAnswer.Certificate done, bool json)
    {
        var entry = done.Entry;
        context.Terminal.Output.WriteLine(
            json ? JsonSerializer.Serialize(entry, AdminJson.Default.CertificateEntry)
            : done.EndedDevice ? $"revoked {entry.Serial} ({entry.Reason}), and with it device {entry.Device} of {Terminal.Plain(entry.Name)}"
            : $"revoked {entry.Serial} ({entry.Reason})");
    }

    private static void WriteRevoked(CommandContext context, string name, AdminAnswer.UserRevoked done, bool json) => context.Terminal.Output.WriteLine(
        json ? string.Create(CultureInfo.InvariantCulture, $$"""{"devices":{{done.Count}}}""")
        : string.Create(CultureInfo.InvariantCulture, $"revoked {done.Count} {(done.Count == 1 ? "device" : "devices")} of {Terminal.Plain(name)}"));

    private static string Line(CertificateEntry one) => string.Create(
        CultureInfo.InvariantCulture, $"{one.Serial}  {one.Kind,-10}  {one.Status,-7}  {one.NotAfter.UtcDateTime:yyyy-MM-dd}  {Terminal.Plain(one.Name)}{(one.Reason is null ? "" : $"  {one.Reason}")}");

    private static void Write(TextWriter output, CertificateEntry one)
    {
        output.WriteLine($"serial   {one.Serial}");
        output.WriteLine($"kind     {one.Kind}");
        output.WriteLine($"name     {Terminal.Plain(one.Name)}");
        if (one.Device is not null) output.WriteLine($"device   {one.Device}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"valid    {one.NotBefore.UtcDateTime:yyyy-MM-dd HH:mm} to {one.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
        output.WriteLine(one.RevokedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"status   revoked on {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC ({one.Reason})") : $"status   {one.Status}");
    }
}
