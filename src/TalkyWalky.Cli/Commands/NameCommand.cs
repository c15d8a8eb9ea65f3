using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>name set, revert, history, clear-history.</summary>
internal static class NameCommand
{
    public static Command Create(CliHost host) => new("name", "The name that others see beside your username.") { Set(host), Revert(host), History(host), ClearHistory(host) };

    private static Command Set(CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "At most 80 characters." };
        var command = new Command("set", "Choose the name that others see. Your device signs it.") { name };
        Act(host, command, parse => new OwnRequest.SetName(parse.GetRequiredValue(name)), parse => $"others now see {parse.GetRequiredValue(name)}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky name set 'Ada L.'");
    }

    private static Command Revert(CliHost host)
    {
        var command = new Command("revert", "Go back to the name that the directory has.");
        Act(host, command, static _ => new OwnRequest.RevertName(), static _ => "others see the directory's name again");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky name revert");
    }

    private static Command History(CliHost host)
    {
        var command = new Command("history", "List the names you had, the newest first.");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(async chat => await ListAsync(context, await chat.OwnAsync(new OwnRequest.NameHistory(), cancellation)), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky name history --json");
    }

    private static Command ClearHistory(CliHost host)
    {
        var command = new Command("clear-history", "Forget the names you had before.");
        Act(host, command, static _ => new OwnRequest.ClearNameHistory(), static _ => "the names you had before are forgotten");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky name clear-history");
    }

    private static void Act(CliHost host, Command command, Func<ParseResult, OwnRequest> request, Func<ParseResult, string> sentence) =>
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(
                async chat => await OwnReport.DoneAsync(context, await OwnReport.AskAsync(context, chat, request(parse), cancellation), sentence(parse)), cancellation);
        });

    private static async Task<int> ListAsync(CommandContext context, OwnAnswer answer)
    {
        if (answer is not OwnAnswer.Names { Used: var names }) return await OwnReport.FailAsync(context, answer);
        if (names.Count == 0) await context.Reply.NoteAsync("You have never chosen a name: others see the directory's.");
        foreach (var name in names)
        {
            var shown = name.Name.Length > 0 ? Inert.Line(name.Name) : "(the directory's name)";
            if (context.Reply.Json) await context.Reply.ObjectAsync(new UsedNameLine(name.Name, name.Since), JsonLines.Types.UsedNameLine);
            else await context.Reply.LineAsync($"{PlainMessage.Minute(name.Since, context.Zone)} {shown}");
        }

        return ExitCode.Done;
    }
}
