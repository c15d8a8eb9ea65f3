using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TalkyWalky.Server.Administration;

namespace TalkyWalky.Server.Commands;

/// <summary>Every certificate that was issued, for an auditor.</summary>
internal static class ExportCommand
{
    public static Command Build(CommandContext context)
    {
        var user = new Option<string?>("--user") { Description = "only this person's certificates", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "print one JSON object a line" };
        var command = new Command("export", "Print every certificate that was issued, by serial number: PEM, each below a line about it. The audit trail tells of it. The authority's own are printed by: ca show --pem") { user, json };
        command.WithExamples("talkywalkyd ca export > certificates.pem", "talkywalkyd ca export --user alice --json | jq -r .pem");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var channel = await AdminCommand.OpenAsync(context, parsed, cancellation);
            string? after = null;
            do
            {
                var answer = await channel.SendAsync(new AdminRequest.ExportCertificates(parsed.GetValue(user), after), cancellation);
                if (answer is AdminAnswer.Refused refused) throw new ServerException(refused.Error);
                var exported = (AdminAnswer.Exported)answer;
                foreach (var one in exported.Page) Write(context.Terminal.Output, one, parsed.GetValue(json));
                after = exported.After;
            }
            while (after is not null);

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, ExportEntry one, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(one, AdminJson.Default.ExportEntry));
            return;
        }

        // Text outside of the PEM is passed over by who reads it (RFC 7468 §2).
        var entry = one.Certificate;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{entry.Serial} {entry.Kind} {entry.Status} {entry.NotAfter.UtcDateTime:yyyy-MM-dd} {Terminal.Plain(entry.Name)}{(entry.Reason is null ? "" : $" {entry.Reason}")}"));
        output.WriteLine(one.Pem);
    }
}
