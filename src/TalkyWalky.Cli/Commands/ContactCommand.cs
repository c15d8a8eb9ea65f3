using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>contact show.</summary>
internal static class ContactCommand
{
    public static Command Create(CliHost host) => new("contact", "What this computer verified of a person.") { Show(host) };

    private static Command Show(CliHost host)
    {
        var user = new Argument<string>("USER") { Description = "The person's username; your own too." };
        var command = new Command("show", "Show a person's devices with their certificates.") { user };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var request = new DeviceRequest.Person(parse.GetRequiredValue(user));
            return context.WithLoggedInChatAsync(async chat => await ReportAsync(context, await chat.DeviceAsync(request, cancellation)), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky contact show bob", "talkywalky contact show bob --json | jq -r '.devices[].fingerprint'");
    }

    private static async Task<int> ReportAsync(CommandContext context, DeviceAnswer answer)
    {
        switch (answer)
        {
            case DeviceAnswer.Person card:
                if (context.Reply.Json) await context.Reply.ObjectAsync(ContactLine.Of(card), JsonLines.Types.ContactLine);
                else await context.Reply.FieldsAsync(Fields(card, context.Zone));
                return ExitCode.Done;
            case DeviceAnswer.Refused refused:
                return await context.Reply.FailAsync(ExitCode.Refused, refused.Why);
            case DeviceAnswer.Unreachable unreachable:
                return await context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why);
            default:
                throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}");
        }
    }

    private static IEnumerable<(string Name, string Value)> Fields(DeviceAnswer.Person card, TimeZoneInfo zone)
    {
        yield return ("user", Inert.Line(card.Who.Username));
        if (card.Who.FullName.Length > 0) yield return ("full name", Inert.Line(card.Who.FullName));
        if (card.Who.Name is { } name) yield return ("called", Inert.Line(name));
        yield return ("presence", PlainText.Presence(card.Who, zone));
        yield return ("organisation", Inert.Line(card.Organisation));
        yield return ("domain", Inert.Line(card.Domain));
        foreach (var device in card.Certified)
        {
            yield return ("device", device.Device.ToString());
            yield return ("  serial", device.Serial);
            yield return ("  fingerprint", device.Fingerprint);
            yield return ("  certificate until", Moment(device.NotAfter));
            yield return ("  status", Status(device));
            if (device.LetIn is { } letIn) yield return ("  came in", CameIn(letIn));
        }

        if (card.Certified.Count == 0) yield return ("devices", "none that can receive");
        if (card.Trouble is { } trouble) yield return ("trouble", Inert.Line(trouble));
    }

    private static string Status(CertifiedDevice device) => device switch
    {
        { Standing: CertificateStanding.Revoked, RevokedAt: { } at } => $"revoked on {Moment(at)}; nothing is sent to it",
        { Standing: CertificateStanding.Good, CheckedAt: { } at } => $"good, checked {Moment(at)}",
        { CheckedAt: { } at } => $"unknown, last checked {Moment(at)}; nothing is sent to it",
        _ => "unknown, never checked; nothing is sent to it",
    };

    private static string CameIn(DeviceAdmission letIn) => letIn.By switch
    {
        AdmittedBy.First => "as the first device",
        AdmittedBy.Administrator => "let in by an administrator",
        _ => $"let in by the device {letIn.Device!.Value.ToString()[..8]} of the same person on {Moment(letIn.At!.Value)}",
    };

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
