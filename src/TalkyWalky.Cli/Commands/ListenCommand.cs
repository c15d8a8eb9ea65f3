using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

internal static class ListenCommand
{
    public static Command Create(CliHost host)
    {
        var count = new Option<int?>("--count") { Description = "End after N messages.", HelpName = "N" };
        var timeout = new Option<double?>("--timeout") { Description = "End after S seconds; 1 if fewer than N messages came.", HelpName = "S" };
        CommonOptions.RequireRange(count, 1, int.MaxValue);
        CommonOptions.RequireRange(timeout, 0.001, 10_000_000);
        var command = new Command("listen", "Print each message that comes in, once. Those that came since the last listen come first.") { count, timeout };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ListenAsync(context, chat, parse.GetValue(count), parse.GetValue(timeout), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky listen", "talkywalky listen --count 1 --timeout 60", "talkywalky listen --json | while read -r line; do echo \"$line\" | jq -r .text; done");
    }

    private static async Task<int> ListenAsync(CommandContext context, IChat chat, int? count, double? timeout, CancellationToken cancellation)
    {
        using var position = await ReadPosition.OpenAloneAsync(context.Profile, context.Host.Time, cancellation);
        if (position is null) return await context.Reply.FailAsync(ExitCode.Failed, "another talkywalky listen prints this profile's messages already; stop that one first");
        using var late = timeout is { } seconds ? new CancellationTokenSource(TimeSpan.FromSeconds(seconds), context.Host.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var printed = 0;
        position.MoveTo(position.Value); // the first call is slow; a kill after a line would find it unfinished
        try
        {
            await foreach (var happening in chat.EventsAsync(position.Value, either.Token))
            {
                if (await EndsAsync(context, happening) is { } code) return code;
                if (happening is not ChatEvent.Received { Message: var message } || message.Sequence <= position.Value) continue;
                await PrintAsync(context.Reply, message, context.Zone);
                position.MoveTo(message.Sequence);
                if (++printed == count) return ExitCode.Done;
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The time is over, or the person stopped it: both are how a listen ends.
        }

        if (count is not { } wanted) return ExitCode.Done;
        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : await context.Reply.FailAsync(ExitCode.Failed, $"{printed} of {wanted} messages came in time");
    }

    private static Task PrintAsync(Reply reply, ChatMessage message, TimeZoneInfo zone)
    {
        if (reply.Json) return reply.ObjectAsync(MessageLine.Of(message), JsonLines.Types.MessageLine);
        return reply.LineAsync(reply.Pretty ? Rich.Render(Rich.Message(message, zone, namesRoom: true), Rich.ConsoleWidth()) : PlainMessage.Of(message, zone, tellsHow: true));
    }

    private static async Task<int?> EndsAsync(CommandContext context, ChatEvent happening)
    {
        switch (happening)
        {
            case ChatEvent.ConnectionChanged { State: ConnectionState.LoggedOut }:
                return await context.NotLoggedInAsync();
            case ChatEvent.ConnectionChanged { State: ConnectionState.Refused, Trouble: var why }:
                return await context.Reply.FailAsync(ExitCode.Refused, why ?? "the server refuses this device");
            case ChatEvent.ConnectionChanged { State: ConnectionState.Offline, Trouble: { } trouble }:
                await context.Reply.NoteAsync(Inert.Line(trouble));
                return null;
            case ChatEvent.Alarm alarm:
                await context.Reply.AlarmAsync(alarm.Text);
                return null;
            case ChatEvent.Notice notice:
                await context.Reply.NoteAsync(Inert.Line(notice.Text));
                return null;
            default:
                return null;
        }
    }
}
