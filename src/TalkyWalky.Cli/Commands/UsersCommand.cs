using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

internal static class UsersCommand
{
    public static Command Create(CliHost host)
    {
        var active = new Option<bool>("--active") { Description = "Only people who are online or away." };
        var command = new Command("users", "List the people of your organisation and who is here.") { active };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ListAsync(context, chat, parse.GetValue(active), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky users", "talkywalky users --active --json");
    }

    private static async Task<int> ListAsync(CommandContext context, IChat chat, bool activeOnly, CancellationToken cancellation)
    {
        var status = await context.SettledStatusAsync(chat, cancellation);
        if (status.Connection == ConnectionState.LoggedOut) return await context.NotLoggedInAsync();
        var people = await chat.UsersAsync(activeOnly, cancellation);
        if (status.Connection != ConnectionState.Online) await context.Reply.NoteAsync("The server cannot be reached: these are the people known on this computer.");
        if (context.Reply.Json)
            foreach (var person in people) await context.Reply.ObjectAsync(PersonLine.From(person), JsonLines.Types.PersonLine);
        else if (people.Count == 0)
            await context.Reply.NoteAsync(activeOnly ? "Nobody is here right now." : "Nobody is known here yet.");
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(Rich.People(people, context.Zone));
        else
            foreach (var person in people) await context.Reply.LineAsync(PlainText.Person(person, context.Zone));
        return ExitCode.Done;
    }
}
