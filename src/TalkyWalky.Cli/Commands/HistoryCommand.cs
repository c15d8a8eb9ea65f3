using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

internal static class HistoryCommand
{
    private const int DefaultLimit = 50, LargestLimit = 1_000_000, Page = 500;

    public static Command Create(CliHost host)
    {
        var with = new ConversationOptions("--with");
        var limit = new Option<int>("--limit") { Description = $"The newest N messages. Default: {DefaultLimit}.", HelpName = "N", DefaultValueFactory = static _ => DefaultLimit };
        CommonOptions.RequireRange(limit, 1, LargestLimit);
        var command = new Command("history", "Show what was written in a conversation, oldest first.") { limit };
        with.AddTo(command, isRequired: true);
        command.Subcommands.Add(HistoryExportCommand.Create(host));
        command.Subcommands.Add(HistoryClearCommand.Create(host));
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ShowAsync(context, chat, with.Of(parse)!, parse.GetValue(limit), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky history --with bob", "talkywalky history --room Planning", "talkywalky history --with bob --limit 1000 --json");
    }

    private static async Task<int> ShowAsync(CommandContext context, IChat chat, Target with, int limit, CancellationToken cancellation)
    {
        var messages = await NewestAsync(chat, with, limit, cancellation);
        if (messages.Count == 0 && await WhyUnknownAsync(chat, with, cancellation) is { } why) return await context.Reply.FailAsync(ExitCode.Refused, why);
        if (context.Reply.Json)
            foreach (var message in messages) await context.Reply.ObjectAsync(MessageLine.Of(message), JsonLines.Types.MessageLine);
        else if (messages.Count == 0)
            await context.Reply.NoteAsync(with.IsRoom ? $"No messages in {Inert.Line(with.Name)} yet." : $"No messages with {Inert.Line(with.Name)} yet.");
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(Rich.History(messages, context.Zone));
        else
            foreach (var message in messages) await context.Reply.LineAsync(PlainMessage.Of(message, context.Zone, tellsHow: true));
        return ExitCode.Done;
    }

    /// <summary>For a conversation without messages: that there is no such room, as a sentence; else null.</summary>
    internal static async Task<string?> WhyUnknownAsync(IChat chat, Target of, CancellationToken cancellation) =>
        of.IsRoom && await chat.RoomAsync(new RoomRequest.Show(of.Name), cancellation) is RoomAnswer.Refused unknown ? unknown.Why : null;

    /// <summary>The newest messages, page by page: one page of the profile holds at most 1,000.</summary>
    public static async Task<List<ChatMessage>> NewestAsync(IChat chat, Target with, int limit, CancellationToken cancellation)
    {
        var messages = new List<ChatMessage>();
        long? before = null;
        while (messages.Count < limit)
        {
            var wanted = Math.Min(Page, limit - messages.Count);
            var page = await chat.HistoryAsync(with, wanted, before, cancellation);
            messages.InsertRange(0, page);
            if (page.Count < wanted) break;
            before = page[0].Position;
        }

        return messages;
    }
}
