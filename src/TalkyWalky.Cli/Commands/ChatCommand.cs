using System.CommandLine;

namespace TalkyWalky.Cli.Commands;

internal static class ChatCommand
{
    public static Command Create(CliHost host)
    {
        var with = new Option<string>("--with") { Description = "Begin with this person.", HelpName = "USER" };
        var command = new Command("chat", "Talk in the terminal. Works with pipes too: lines in, messages out.") { with };
        command.SetAction((parse, cancellation) => Chat.ChatRun.RunAsync(new CommandContext(host, parse), parse.GetValue(with), cancellation));
        return TalkyWalkyCommand.WithExamples(command, "talkywalky chat", "talkywalky chat --with bob");
    }
}
