using System.CommandLine;
using TalkyWalky.Cli.Output;

namespace TalkyWalky.Cli.Commands;

/// <summary>logout, whoami, status.</summary>
internal static class SessionCommands
{
    public static Command Logout(CliHost host)
    {
        var command = new Command("logout", "Disconnect and lock the chat until the next login.");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithChatAsync(
                async chat =>
                {
                    await chat.LogoutAsync(cancellation);
                    if (context.Reply.Json) await context.Reply.ObjectAsync(new LogoutLine(LoggedOut: true), JsonLines.Types.LogoutLine);
                    else await context.Reply.LineAsync("logged out");
                    return ExitCode.Done;
                },
                cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky logout");
    }

    public static Command WhoAmI(CliHost host)
    {
        var command = new Command("whoami", "Show who you are, with your certificate's fingerprint (SHA-256).");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(
                async chat =>
                {
                    var self = await chat.WhoAmIAsync(cancellation);
                    if (context.Reply.Json) await context.Reply.ObjectAsync(SelfLine.From(self), JsonLines.Types.SelfLine);
                    else await context.Reply.FieldsAsync(PlainText.Self(self));
                    return ExitCode.Done;
                },
                cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky whoami", "talkywalky whoami --json");
    }

    public static Command Status(CliHost host)
    {
        var command = new Command("status", "Show whether you are connected and what is waiting.");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithChatAsync(
                async chat =>
                {
                    var now = await context.SettledStatusAsync(chat, cancellation);
                    var line = new StatusLine(now.Connection, now.Trouble, now.Outbox, now.Pending, now.Messages, context.Profile);
                    if (context.Reply.Json) await context.Reply.ObjectAsync(line, JsonLines.Types.StatusLine);
                    else await context.Reply.FieldsAsync(PlainText.Status(now).Append(("profile", Inert.Line(context.Profile))));
                    return ExitCode.Done;
                },
                cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky status", "talkywalky status --json");
    }
}
