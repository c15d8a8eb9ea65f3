using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>alarm list, acknowledge.</summary>
internal static class AlarmCommand
{
    public static Command Create(CliHost host) => new("alarm", "What looked like tampering, until you say that you have seen it.") { List(host), Acknowledge(host) };

    private static Command List(CliHost host)
    {
        var command = new Command("list", "List the alarms that nobody has acknowledged, the oldest first.");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(
                async chat =>
                {
                    var kept = await KeptAsync(chat, cancellation);
                    if (kept.Count == 0) await context.Reply.NoteAsync("There is no alarm.");
                    foreach (var alarm in kept) await ShowAsync(context.Reply, alarm);
                    return ExitCode.Done;
                },
                cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky alarm list", "talkywalky alarm list --json | jq -r 'select(.device).device'");
    }

    private static Command Acknowledge(CliHost host)
    {
        var id = new Argument<long>("ID") { Description = "As the list has it." };
        var command = new Command("acknowledge", "Put one away: you have seen it, or it was you. The app shows it no more either.") { id };
        command.SetAction((parse, cancellation) =>
        {
            var (context, alarm) = (new CommandContext(host, parse), parse.GetRequiredValue(id));
            return context.WithLoggedInChatAsync(
                async chat =>
                {
                    if ((await KeptAsync(chat, cancellation)).All(one => one.Id != alarm))
                        return await context.Reply.FailAsync(ExitCode.Refused, string.Create(CultureInfo.InvariantCulture, $"There is no alarm {alarm}; see: talkywalky alarm list"));
                    var answer = await OwnReport.AskAsync(context, chat, new OwnRequest.Acknowledge(alarm), cancellation);
                    return await OwnReport.DoneAsync(context, answer, string.Create(CultureInfo.InvariantCulture, $"alarm {alarm} is put away"));
                },
                cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky alarm acknowledge 3");
    }

    private static async Task<IReadOnlyList<Alarm>> KeptAsync(IChat chat, CancellationToken cancellation) =>
        await chat.OwnAsync(new OwnRequest.Alarms(), cancellation) is OwnAnswer.Alarms { Kept: var kept } ? kept : throw new System.Diagnostics.UnreachableException();

    private static Task ShowAsync(Reply reply, Alarm alarm) => reply.Json
        ? reply.ObjectAsync(new KeptAlarmLine(alarm.Id, alarm.Text, alarm.Added?.Device.ToString()), JsonLines.Types.KeptAlarmLine)
        : reply.LineAsync(string.Create(CultureInfo.InvariantCulture, $"{alarm.Id} {Inert.Line(alarm.Text)}"));
}
