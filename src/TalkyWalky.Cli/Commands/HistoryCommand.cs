using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

internal static class HistoryCommand
{
    private const int DefaultLimit = 50, LargestLimit = 1_000_000, Page = 500;

    public static Command Create(CliHost host)
    {
        var with = new Option<string>("--with") { Description = "The person's username.", HelpName = "USER", Required = true };
        var limit = new Option<int>("--limit") { Description = $"The newest N messages. Default: {DefaultLimit}.", HelpName = "N", DefaultValueFactory = static _ => DefaultLimit };
        CommonOptions.RequireRange(limit, 1, LargestLimit);
        var command = new Command("history", "Show what you and a person wrote, oldest first.") { with, limit };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ShowAsync(context, chat, parse.GetRequiredValue(with), parse.GetValue(limit), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky history --with bob", "talkywalky history --with bob --limit 1000 --json");
    }

    private static async Task<int> ShowAsync(CommandContext context, IChat chat, string with, int limit, CancellationToken cancellation)
    {
        var messages = await NewestAsync(chat, with, limit, cancellation);
        if (context.Reply.Json)
            foreach (var message in messages) await context.Reply.ObjectAsync(MessageLine.Of(message), JsonLines.Types.MessageLine);
        else if (messages.Count == 0)
            await context.Reply.NoteAsync($"No messages with {Inert.Line(with)} yet.");
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(Rich.History(messages, context.Zone));
        else
            foreach (var message in messages) await context.Reply.LineAsync(PlainText.Message(message, context.Zone));
        return ExitCode.Done;
    }

    private static async Task<List<ChatMessage>> NewestAsync(IChat chat, string with, int limit, CancellationToken cancellation)
    {
        var messages = new List<ChatMessage>();
        long? before = null;
        while (messages.Count < limit)
        {
            var wanted = Math.Min(Page, limit - messages.Count);
            var page = await chat.HistoryAsync(Target.Person(with), wanted, before, cancellation);
            messages.InsertRange(0, page);
            if (page.Count < wanted) break;
            before = page[0].Position;
        }

        return messages;
    }
}
