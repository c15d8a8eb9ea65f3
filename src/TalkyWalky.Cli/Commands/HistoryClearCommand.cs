using System.CommandLine;
using System.Globalization;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

internal static class HistoryClearCommand
{
    public static Command Create(CliHost host)
    {
        var of = new ConversationOptions("--with");
        var all = new Option<bool>("--all") { Description = "Every conversation." };
        var yes = TalkyWalkyCommand.Yes();
        var command = new Command("clear", "Delete messages from this device for good. Asks first; other devices keep theirs.");
        of.AddTo(command, isRequired: true, instead: all);
        command.Options.Add(all);
        command.Options.Add(yes);
        command.SetAction(async (parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var target = of.Of(parse);
            var what = target is null ? "of every conversation" : target.IsRoom ? $"in {target.Name}" : $"with {target.Name}";
            if (await context.ConfirmAsync($"Delete every message {what} from this device for good?", parse.GetValue(yes), needsAnswer: true, cancellation) is { } no) return no;
            return await context.WithLoggedInChatAsync(
                async chat => await ReportAsync(context, await chat.OwnAsync(new OwnRequest.ClearHistory(target), cancellation)), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky history clear --with bob", "talkywalky history clear --all --yes");
    }

    private static async Task<int> ReportAsync(CommandContext context, OwnAnswer answer)
    {
        if (answer is not OwnAnswer.Cleared { Messages: var messages }) return await OwnReport.FailAsync(context, answer);
        if (context.Reply.Json) await context.Reply.ObjectAsync(new ClearedLine(messages), JsonLines.Types.ClearedLine);
        else await context.Reply.LineAsync(messages == 1 ? "1 message is deleted" : string.Create(CultureInfo.InvariantCulture, $"{messages} messages are deleted"));
        return ExitCode.Done;
    }
}
