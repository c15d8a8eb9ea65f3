using System.CommandLine;

namespace TalkyWalky.Cli.Commands;

internal static class ChatCommand
{
    public static Command Create(CliHost host)
    {
        var with = new ConversationOptions("--with", "Begin with this person.", "Begin in this room.");
        var command = new Command("chat", "Talk in the terminal. Works with pipes too: lines in, messages out.");
        with.AddTo(command, isRequired: false);
        command.SetAction((parse, cancellation) => Chat.ChatRun.RunAsync(new CommandContext(host, parse), with.Of(parse), cancellation));
        return TalkyWalkyCommand.WithExamples(command, "talkywalky chat", "talkywalky chat --with bob", "talkywalky chat --room Planning");
    }
}
