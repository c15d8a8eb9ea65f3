using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>conversations, read, mute, close.</summary>
internal static class ConversationCommands
{
    public static Command List(CliHost host)
    {
        var command = new Command("conversations", "List your conversations with what you have not read, the one with the newest message first.");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ListAsync(context, chat, cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky conversations", "talkywalky conversations --json | jq 'select(.unread > 0)'");
    }

    public static Command Read(CliHost host)
    {
        var of = new ConversationOptions("--with");
        var command = new Command("read", "Mark everything in a conversation as read, on all of your devices.");
        of.AddTo(command, isRequired: true);
        Act(host, command, of, static (target, _) => new OwnRequest.MarkRead(target, UpTo: null), static (name, _) => $"{name} is read");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky read --with bob", "talkywalky read --room Planning");
    }

    public static Command Mute(CliHost host)
    {
        var of = new ConversationOptions("--with");
        var off = new Option<bool>("--off") { Description = "Be told again." };
        var command = new Command("mute", "Be told no more about what is written in a conversation. It still arrives.") { off };
        of.AddTo(command, isRequired: true);
        Act(
            host, command, of, (target, parse) => new OwnRequest.Mute(target, !parse.GetValue(off)),
            (name, parse) => parse.GetValue(off) ? $"{name} is not muted any more" : $"{name} is muted");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky mute --room Planning", "talkywalky mute --with bob --off");
    }

    public static Command Close(CliHost host)
    {
        var of = new ConversationOptions("--with");
        var command = new Command("close", "Hide a conversation until something new comes. Nothing is deleted, and you stay in the room.");
        of.AddTo(command, isRequired: true);
        Act(host, command, of, static (target, _) => new OwnRequest.CloseConversation(target), static (name, _) => $"{name} is hidden until something new comes");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky close --with bob");
    }

    private static void Act(
        CliHost host, Command command, ConversationOptions of, Func<Target, ParseResult, OwnRequest> request, Func<string, ParseResult, string> sentence) =>
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var target = of.Of(parse)!;
            return context.WithLoggedInChatAsync(
                async chat => await OwnReport.DoneAsync(context, await OwnReport.AskAsync(context, chat, request(target, parse), cancellation), sentence(target.Name, parse)), cancellation);
        });

    private static async Task<int> ListAsync(CommandContext context, IChat chat, CancellationToken cancellation)
    {
        var conversations = await chat.ConversationsAsync(cancellation);
        if (context.Reply.Json)
            foreach (var one in conversations) await context.Reply.ObjectAsync(ConversationLine.Of(one), JsonLines.Types.ConversationLine);
        else if (conversations.Count == 0)
            await context.Reply.NoteAsync("No conversations yet; begin one with: talkywalky chat --with USER");
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(RichLists.Conversations(conversations, context.Zone));
        else
            foreach (var one in conversations) await context.Reply.LineAsync(PlainLists.Conversation(one, context.Zone));
        return ExitCode.Done;
    }
}
