using System.CommandLine;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>room create, list, show ... : one request to the engine each.</summary>
internal static class RoomCommand
{
    public static Command Create(CliHost host)
    {
        var verbs = new RoomVerbs(host);
        return new Command("room", "Rooms: make them, find them, say who is in them.")
        {
            Create(verbs), List(host), Show(host), Members(host), Join(verbs), Invite(verbs), Add(verbs), Remove(verbs), Leave(verbs), Role(verbs), Rename(verbs), Topic(verbs),
            Settings(verbs), Close(verbs),
        };
    }

    private static Command Create(RoomVerbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "The room's name, at most 80 characters." };
        var topic = new Option<string>("--topic") { Description = "What it is about.", HelpName = "TEXT" };
        var isOpen = OpenOption();
        var command = new Command("create", "Make a room. You own it.") { name, topic };
        AddPolicy(command, isOpen, isRequired: false);
        verbs.Act(
            command, parse => new RoomRequest.Create(parse.GetRequiredValue(name), parse.GetValue(topic) ?? "", parse.GetValue(isOpen)), static (_, room) => $"{room} is made");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room create Planning --topic 'What we do next'", "talkywalky room create 'Lunch club' --open");
    }

    private static Command List(CliHost host)
    {
        var all = new Option<bool>("--all") { Description = "Also the open rooms that you are not in." };
        var command = new Command("list", "List the rooms that you are in or are invited to.") { all };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => RoomReport.ListAsync(context, chat, parse.GetValue(all), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room list", "talkywalky room list --all --json");
    }

    private static Command Show(CliHost host)
    {
        var room = RoomArgument();
        var command = new Command("show", "Show one room.") { room };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => RoomReport.ShowAsync(context, chat, parse.GetRequiredValue(room), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room show Planning");
    }

    private static Command Members(CliHost host)
    {
        var room = RoomArgument();
        var command = new Command("members", "List who is in a room, who is invited, and whose devices are all asleep.") { room };
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => RoomReport.MembersAsync(context, chat, parse.GetRequiredValue(room), cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room members Planning --json");
    }

    private static Command Join(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var command = new Command("join", "Enter an open room, or one that you are invited to.") { room };
        verbs.Act(command, parse => new RoomRequest.Join(parse.GetRequiredValue(room)), static (_, name) => $"you are in {name}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room join General");
    }

    private static Command Invite(RoomVerbs verbs)
    {
        var (room, users) = (RoomArgument(), UsersArgument());
        var command = new Command("invite", "Invite people; they enter with room join.") { room, users };
        verbs.Act(
            command, parse => new RoomRequest.Invite(parse.GetRequiredValue(room), parse.GetRequiredValue(users)),
            static (request, name) => $"{Names(((RoomRequest.Invite)request).Users)} invited to {name}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room invite Planning bob carol");
    }

    private static Command Add(RoomVerbs verbs)
    {
        var (room, users) = (RoomArgument(), UsersArgument());
        var command = new Command("add", "Put people into a room without asking them.") { room, users };
        verbs.Act(
            command, parse => new RoomRequest.Add(parse.GetRequiredValue(room), parse.GetRequiredValue(users)),
            static (request, name) => $"{Names(((RoomRequest.Add)request).Users)} added to {name}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room add Planning bob");
    }

    private static Command Remove(RoomVerbs verbs)
    {
        var (room, users) = (RoomArgument(), UsersArgument());
        var command = new Command("remove", "Take people out of a room. They read nothing that is written there afterwards.") { room, users };
        verbs.Act(
            command, parse => new RoomRequest.Remove(parse.GetRequiredValue(room), parse.GetRequiredValue(users)),
            static (request, name) => $"{Names(((RoomRequest.Remove)request).Users)} removed from {name}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room remove Planning bob");
    }

    private static Command Leave(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var command = new Command("leave", "Leave a room, or turn an invitation down.") { room };
        verbs.Act(command, parse => new RoomRequest.Leave(parse.GetRequiredValue(room)), static (_, name) => $"you left {name}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room leave Planning");
    }

    private static Command Role(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var user = new Argument<string>("USER") { Description = "A username." };
        var role = new Argument<string>("ROLE") { Description = "owner, moderator or member." };
        role.AcceptOnlyFromAmong("owner", "moderator", "member");
        var command = new Command("role", "Say what a member may do.") { room, user, role };
        verbs.Act(
            command, parse => new RoomRequest.SetRole(parse.GetRequiredValue(room), parse.GetRequiredValue(user), Enum.Parse<RoomRank>(parse.GetRequiredValue(role), ignoreCase: true)),
            static (request, name) => request is RoomRequest.SetRole set ? $"{set.User} is now {RoomReport.Rank(set.Rank)} in {name}" : name);
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room role Planning bob moderator");
    }

    private static Command Rename(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var name = new Argument<string>("NAME") { Description = "The new name, at most 80 characters." };
        var command = new Command("rename", "Give a room another name.") { room, name };
        verbs.Act(
            command, parse => new RoomRequest.Change(parse.GetRequiredValue(room), parse.GetRequiredValue(name), Topic: null, IsOpen: null),
            static (_, renamed) => $"the room is now called {renamed}");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room rename Planning 'Planning 2027'");
    }

    private static Command Topic(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var topic = new Argument<string>("TEXT") { Description = "What the room is about, at most 500 characters; '' for nothing." };
        var command = new Command("topic", "Say what a room is about.") { room, topic };
        verbs.Act(
            command, parse => new RoomRequest.Change(parse.GetRequiredValue(room), Name: null, parse.GetRequiredValue(topic), IsOpen: null),
            static (_, name) => $"the topic of {name} is changed");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room topic Planning 'The first quarter'");
    }

    private static Command Settings(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var isOpen = OpenOption();
        var command = new Command("settings", "Say how people come in.") { room };
        AddPolicy(command, isOpen, isRequired: true);
        verbs.Act(
            command, parse => new RoomRequest.Change(parse.GetRequiredValue(room), Name: null, Topic: null, parse.GetValue(isOpen)),
            static (request, name) => request is RoomRequest.Change { IsOpen: true } ? $"anyone may join {name}" : $"people come into {name} by invitation");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room settings Planning --invitation");
    }

    private static Command Close(RoomVerbs verbs)
    {
        var room = RoomArgument();
        var yes = TalkyWalkyCommand.Yes();
        var command = new Command("close", "End a room for everybody. Asks first; what was written stays readable.") { room, yes };
        verbs.Act(
            command, parse => new RoomRequest.Close(parse.GetRequiredValue(room)), static (_, name) => $"{name} is closed",
            parse => ($"Close {parse.GetRequiredValue(room)} for everybody? Nobody can write there again.", parse.GetValue(yes)));
        return TalkyWalkyCommand.WithExamples(command, "talkywalky room close Planning --yes");
    }

    private static string Names(IReadOnlyList<string> users) => $"{string.Join(", ", users)} {(users.Count == 1 ? "is" : "are")}";

    private static Argument<string> RoomArgument() => new("ROOM") { Description = "The room's name, or the first eight digits of its id." };

    private static Argument<string[]> UsersArgument() => new("USER") { Description = "One or more usernames.", Arity = ArgumentArity.OneOrMore };

    private static Option<bool> OpenOption() => new("--open") { Description = "Anyone in the organisation may join." };

    private static void AddPolicy(Command command, Option<bool> isOpen, bool isRequired)
    {
        var byInvitation = new Option<bool>("--invitation") { Description = "People come in by invitation." + (isRequired ? "" : " The default.") };
        command.Options.Add(isOpen);
        command.Options.Add(byInvitation);
        command.Validators.Add(result =>
        {
            var (open, closed) = (result.GetValue(isOpen), result.GetValue(byInvitation));
            if (open && closed) result.AddError("give only one of --open and --invitation");
            else if (isRequired && !open && !closed) result.AddError("--open or --invitation is required");
        });
    }
}
