using System.CommandLine;
using System.Text;
using TalkyWalky.Cli.Output;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Commands;

internal static class SendCommand
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create(CliHost host)
    {
        var to = new ConversationOptions("--to");
        var text = new Argument<string>("TEXT") { Description = "The message, or - to read it from the standard input. At most 64 KiB." };
        var command = new Command("send", "Send one message. Done (0) means that the server holds it durably.") { text };
        to.AddTo(command, isRequired: true);
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return SendAsync(context, to.Of(parse)!, parse.GetRequiredValue(text), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(
            command, "talkywalky send --to bob 'Lunch at one?'", "talkywalky send --room Planning 'The draft is ready.'", "uptime | talkywalky send --to alice -", "talkywalky send --to bob -- '-5 degrees outside'");
    }

    private static async Task<int> SendAsync(CommandContext context, Target to, string given, CancellationToken cancellation)
    {
        var (text, wrong) = string.Equals(given, "-", StringComparison.Ordinal) ? await FromInputAsync(context, cancellation) : Check(given);
        if (text is null) return await context.Reply.FailAsync(ExitCode.Usage, wrong!);
        return await context.WithLoggedInChatAsync(
            async chat => await ReportAsync(context, to, await chat.SendAsync(MessageId.New(), to, text, cancellation)), cancellation);
    }

    public static async Task<int> ReportAsync(CommandContext context, Target to, SendOutcome outcome)
    {
        switch (outcome)
        {
            case SendOutcome.Sent sent:
                await ShowAsync(context, sent.Message, $"sent to {Inert.Line(to.Name)}");
                return ExitCode.Done;
            case SendOutcome.Queued queued:
                await context.Reply.NoteAsync($"talkywalky: {Inert.Line(queued.Why)}");
                await ShowAsync(context, queued.Message, $"queued for {Inert.Line(to.Name)}; it goes out when the server is back and talkywalky runs");
                return ExitCode.Unreachable;
            case SendOutcome.Refused refused:
                return await context.Reply.FailAsync(ExitCode.Refused, refused.Why);
            case SendOutcome.NotLoggedIn locked:
                return await context.Reply.FailAsync(ExitCode.NotLoggedIn, locked.Why);
            default:
                throw new InvalidOperationException("unknown outcome");
        }
    }

    private static Task ShowAsync(CommandContext context, ChatMessage message, string sentence) =>
        context.Reply.Json ? context.Reply.ObjectAsync(MessageLine.Of(message), JsonLines.Types.MessageLine) : context.Reply.LineAsync(sentence);

    private static async Task<(string? Text, string? Wrong)> FromInputAsync(CommandContext context, CancellationToken cancellation)
    {
        // One byte more for the line end that `echo` adds.
        var bytes = await Lines.ReadAllAsync(context.Host.Terminal.In, Limits.Text + 2, cancellation);
        if (bytes is null) return Check(new string(' ', Limits.Text + 1));
        try
        {
            var text = StrictUtf8.GetString(bytes);
            return Check(text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text);
        }
        catch (DecoderFallbackException)
        {
            return (null, "the standard input is not UTF-8 text; convert it first, for example with iconv");
        }
    }

    private static (string? Text, string? Wrong) Check(string text)
    {
        if (text.Length == 0) return (null, "the message is empty; write something");
        return Encoding.UTF8.GetByteCount(text) > Limits.Text ? (null, $"the message is longer than {Limits.Text / 1024} KiB; split it") : (text, null);
    }
}
