using TalkyWalky.App.Http;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Api;

/// <summary>Rooms. Each change answers with the room as it is then.</summary>
internal static class RoomEndpoints
{
    private const string One = "/rooms/{id}";

    public static IEnumerable<ApiEndpoint> All(AppParts app) =>
    [
        Routes.Give("GET", "/rooms", "The rooms that the person is in or is invited to.", ApiJson.Types.RoomLineArray, call => ListAsync(app, call), new QueryParameter("all", "true: also the open ones.")),
        Routes.Give("GET", One, "A room and its members.", ApiJson.Types.RoomAndMembersBody, call => Names.InRoomAsync(call, room => ShowAsync(app, call, room))),
        Routes.Exchange("POST", "/rooms", "Makes a room.", ApiJson.Types.NewRoomBody, ApiJson.Types.RoomLine, (call, body) => CreateAsync(app, call, body)),
        Routes.Exchange("PATCH", One, "Changes a room; what is left out stays as it is.", ApiJson.Types.RoomChangeBody, ApiJson.Types.RoomLine,
            (call, body) => Names.InRoomAsync(call, room => ChangeAsync(app, call, room, body))),
        Act(app, "join", "Enters a room.", static room => new RoomRequest.Join(room)),
        Act(app, "leave", "Leaves a room.", static room => new RoomRequest.Leave(room)),
        Act(app, "close", "Ends a room for everybody; its history stays.", static room => new RoomRequest.Close(room)),
        WithUsers(app, "invitations", "Invites people.", static (room, users) => new RoomRequest.Invite(room, users)),
        WithUsers(app, "members", "Adds people.", static (room, users) => new RoomRequest.Add(room, users)),
        Routes.Give("DELETE", $"{One}/members/{{user}}", "Removes a person.", ApiJson.Types.RoomLine,
            call => Names.InRoomAsync(call, room => WithMemberAsync(app, call, user => new RoomRequest.Remove(room, [user])))),
        Routes.Exchange("PUT", $"{One}/members/{{user}}", "Gives a member a role.", ApiJson.Types.RankBody, ApiJson.Types.RoomLine,
            (call, body) => Names.InRoomAsync(call, room => WithMemberAsync(app, call, user => new RoomRequest.SetRole(room, user, body.Rank)))),
    ];

    private static ApiEndpoint Act(AppParts app, string verb, string summary, Func<string, RoomRequest> request) => Routes.Give(
        "POST", $"{One}/{verb}", summary, ApiJson.Types.RoomLine, call => Names.InRoomAsync(call, room => AskAsync(app, call, request(room))));

    private static ApiEndpoint WithUsers(AppParts app, string list, string summary, Func<string, IReadOnlyList<string>, RoomRequest> request) => Routes.Exchange(
        "POST", $"{One}/{list}", summary, ApiJson.Types.UsersBody, ApiJson.Types.RoomLine, (call, body) => Names.InRoomAsync(
            call,
            async room => body.Users.Count is 0 or > Limits.CommitUsers || !body.Users.All(Names.IsUsername)
                ? Problem.Invalid($"Name 1 to {Limits.CommitUsers} people by username.")
                : await AskAsync(app, call, request(room, body.Users))),
        ApiEndpoint.TextBody);

    private static async Task<Answer<RoomLine[]>> ListAsync(AppParts app, Call call)
    {
        var all = call.Query("all");
        if (all is not (null or "true" or "false")) return Problem.Invalid("all is true or false.");
        return await app.Chat.RoomAsync(new RoomRequest.List(all is "true"), call.Cancellation) switch
        {
            RoomAnswer.Rooms rooms => rooms.Page.Select(RoomLine.Of).ToArray(),
            var other => Answers.ProblemOf(other),
        };
    }

    private static async Task<Answer<RoomAndMembersBody>> ShowAsync(AppParts app, Call call, string room) =>
        await app.Chat.RoomAsync(new RoomRequest.Show(room), call.Cancellation) switch
        {
            RoomAnswer.Shown shown => new RoomAndMembersBody(RoomLine.Of(shown.Room), [.. shown.Members.Select(MemberLine.Of)]),
            var other => Answers.ProblemOf(other),
        };

    private static async Task<Answer<RoomLine>> CreateAsync(AppParts app, Call call, NewRoomBody body) =>
        Lengths(body.Name, body.Topic) is { } wrong ? wrong : await AskAsync(app, call, new RoomRequest.Create(body.Name, body.Topic, body.Open));

    private static async Task<Answer<RoomLine>> ChangeAsync(AppParts app, Call call, string room, RoomChangeBody body) =>
        Lengths(body.Name, body.Topic) is { } wrong ? wrong : await AskAsync(app, call, new RoomRequest.Change(room, body.Name, body.Topic, body.Open));

    private static async Task<Answer<RoomLine>> WithMemberAsync(AppParts app, Call call, Func<string, RoomRequest> request) => call.Segment("user") is var user && Names.IsUsername(user)
        ? await AskAsync(app, call, request(user))
        : Problem.Invalid($"A username has 1 to {Limits.DirectoryUsernameMax} characters.");

    private static async Task<Answer<RoomLine>> AskAsync(AppParts app, Call call, RoomRequest request) => Answers.Room(await app.Chat.RoomAsync(request, call.Cancellation));

    private static Problem? Lengths(string? name, string? topic) => name is { Length: > Limits.RoomName } || topic is { Length: > Limits.RoomTopic }
        ? Problem.Invalid($"A room's name has at most {Limits.RoomName} characters, its topic {Limits.RoomTopic}.")
        : null;
}
