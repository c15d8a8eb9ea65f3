using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>The commands that change a room: ask first where that is wanted, put the request, say what came of it.</summary>
internal sealed class RoomVerbs(CliHost host)
{
    /// <param name="done">The sentence for a person, from the request and the room's name.</param>
    /// <param name="question">Asked first, unless it is answered already.</param>
    public void Act(
        Command command, Func<ParseResult, RoomRequest> request, Func<RoomRequest, string, string> done, Func<ParseResult, (string Text, bool IsAnswered)>? question = null)
    {
        command.SetAction(async (parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            if (question?.Invoke(parse) is { } ask && await context.ConfirmAsync(ask.Text, ask.IsAnswered, needsAnswer: true, cancellation) is { } no) return no;
            var asked = request(parse);
            return await context.WithLoggedInChatAsync(
                async chat => await RoomReport.ChangedAsync(context, await chat.RoomAsync(asked, cancellation), room => done(asked, room.Name)), cancellation);
        });
    }
}

/// <summary>What the engine answers about rooms, as output.</summary>
internal static class RoomReport
{
    public static async Task<int> ListAsync(CommandContext context, IChat chat, bool all, CancellationToken cancellation)
    {
        var answer = await chat.RoomAsync(new RoomRequest.List(all), cancellation);
        if (answer is not RoomAnswer.Rooms { Page: var rooms }) return await FailAsync(context, answer);
        if (context.Reply.Json)
            foreach (var room in rooms) await context.Reply.ObjectAsync(RoomLine.Of(room), JsonLines.Types.RoomLine);
        else if (rooms.Count == 0)
            await context.Reply.NoteAsync(all ? "There are no rooms yet; make one with: talkywalky room create NAME" : "You are in no room; see: talkywalky room list --all");
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(RichLists.Rooms(rooms));
        else
            foreach (var room in rooms) await context.Reply.LineAsync(PlainLists.Room(room));
        return ExitCode.Done;
    }

    public static async Task<int> ShowAsync(CommandContext context, IChat chat, string name, CancellationToken cancellation)
    {
        var answer = await chat.RoomAsync(new RoomRequest.Show(name), cancellation);
        if (answer is not RoomAnswer.Shown { Room: var room }) return await FailAsync(context, answer);
        if (context.Reply.Json) await context.Reply.ObjectAsync(RoomLine.Of(room), JsonLines.Types.RoomLine);
        else await context.Reply.FieldsAsync(PlainLists.RoomFields(room));
        return ExitCode.Done;
    }

    public static async Task<int> MembersAsync(CommandContext context, IChat chat, string name, CancellationToken cancellation)
    {
        var answer = await chat.RoomAsync(new RoomRequest.Show(name), cancellation);
        if (answer is not RoomAnswer.Shown { Members: var members }) return await FailAsync(context, answer);
        if (context.Reply.Json)
            foreach (var member in members) await context.Reply.ObjectAsync(MemberLine.Of(member), JsonLines.Types.MemberLine);
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(RichLists.Members(members));
        else
            foreach (var member in members) await context.Reply.LineAsync(PlainLists.Member(member));
        return ExitCode.Done;
    }

    public static async Task<int> ChangedAsync(CommandContext context, RoomAnswer answer, Func<RoomInfo, string> sentence)
    {
        if (answer is not RoomAnswer.Done { Room: var room }) return await FailAsync(context, answer);
        if (context.Reply.Json) await context.Reply.ObjectAsync(RoomLine.Of(room), JsonLines.Types.RoomLine);
        else await context.Reply.LineAsync(Inert.Line(sentence(room)));
        return ExitCode.Done;
    }

    public static string Rank(RoomRank rank) => rank switch
    {
        RoomRank.Owner => "owner",
        RoomRank.Moderator => "moderator",
        RoomRank.Member => "member",
        RoomRank.Invited => "invited",
        _ => "not in it",
    };

    private static Task<int> FailAsync(CommandContext context, RoomAnswer answer) => answer switch
    {
        RoomAnswer.Refused refused => context.Reply.FailAsync(ExitCode.Refused, refused.Why),
        RoomAnswer.Unreachable unreachable => context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why),
        _ => throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}"),
    };
}
