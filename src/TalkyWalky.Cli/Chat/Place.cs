using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>A conversation that is open in the chat.</summary>
/// <param name="Name">Username, or the room's name as it was when it was opened.</param>
/// <param name="Room">What is known of the room; null for a person.</param>
internal sealed record Place(Target Target, string Name, RoomInfo? Room)
{
    /// <summary>Digits of a room's id that stand for the room.</summary>
    public const int ShortestId = 8;

    public static Place Person(string username) => new(Target.Person(username), username, Room: null);

    /// <summary>The room keeps its id when it is renamed or shares its name.</summary>
    public static Place Of(RoomInfo room) => new(Target.Room(room.Room.ToString()), room.Name, room);

    public bool Holds(ChatMessage message) => Room is { } room ? Is(room.Room) : Is(new Target(message.With, message.IsRoom));

    public bool Is(ConversationId room) => Room?.Room == room;

    /// <summary>Whether an event's target means this conversation.</summary>
    public bool Is(Target other) =>
        other == Target || (other.IsRoom == Target.IsRoom && string.Equals(other.Name, Room?.Name ?? Name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What opening a conversation came to.</summary>
/// <param name="Why">Why there is none, or what else to know.</param>
/// <param name="Code">What a command that wanted nothing else ends with.</param>
internal readonly record struct Opening(Place? Place, string? Why, int Code = ExitCode.Refused);

/// <summary>Opens conversations by what a person typed.</summary>
internal sealed class Places(IChat chat)
{
    public Task<Opening> OpenAsync(Target target, CancellationToken cancellation) =>
        target.IsRoom ? RoomAsync(target.Name, cancellation) : Task.FromResult(new Opening(Place.Person(target.Name.ToLowerInvariant()), Why: null));

    public async Task<Opening> RoomAsync(string name, CancellationToken cancellation) => await chat.RoomAsync(new RoomRequest.Show(name), cancellation) switch
    {
        RoomAnswer.Shown { Room: { Own: RoomRank.None } room } => new Opening(null, $"You are not in {room.Name}; /join {room.Name} enters it."),
        RoomAnswer.Shown { Room: { Own: RoomRank.Invited } room } => new Opening(null, $"You are invited to {room.Name}; /join {room.Name} enters it."),
        RoomAnswer.Shown { Room: var room } => new Opening(Place.Of(room), null),
        RoomAnswer.Unreachable away when await KnownAsync(name, cancellation) is { } room => new Opening(Place.Of(room), away.Why),
        var answer => Not(answer),
    };

    public async Task<Opening> JoinAsync(string name, CancellationToken cancellation) => await chat.RoomAsync(new RoomRequest.Join(name), cancellation) switch
    {
        RoomAnswer.Done { Room: var room } => new Opening(Place.Of(room), null),
        var answer => Not(answer),
    };

    /// <summary>What came of it, as a sentence.</summary>
    public async Task<string> LeaveAsync(string name, CancellationToken cancellation) => await chat.RoomAsync(new RoomRequest.Leave(name), cancellation) switch
    {
        RoomAnswer.Done { Room: var room } => $"You left {room.Name}.",
        var answer => Why(answer),
    };

    public async Task<(IReadOnlyList<RoomMember> Members, string? Why)> MembersAsync(Place place, CancellationToken cancellation) =>
        await chat.RoomAsync(new RoomRequest.Show(place.Target.Name), cancellation) switch
        {
            RoomAnswer.Shown { Members: var members } => (members, null),
            var answer => ([], Why(answer)),
        };

    public async Task<(IReadOnlyList<RoomInfo> Rooms, string? Why)> RoomsAsync(CancellationToken cancellation) =>
        await chat.RoomAsync(new RoomRequest.List(All: true), cancellation) switch
        {
            RoomAnswer.Rooms { Page: { Count: > 0 } rooms } => (rooms, null),
            RoomAnswer.Rooms => ([], "There are no rooms yet."),
            var answer => ([], Why(answer)),
        };

    // What was written in a room can be read, and be written to be sent later, without the server.
    private async Task<RoomInfo?> KnownAsync(string name, CancellationToken cancellation)
    {
        if (await chat.RoomAsync(new RoomRequest.List(All: false), cancellation) is not RoomAnswer.Rooms { Page: var rooms }) return null;
        var found = rooms.Where(room => room.Own >= RoomRank.Member && (string.Equals(room.Name, name, StringComparison.OrdinalIgnoreCase)
            || (name.Length >= Place.ShortestId && room.Room.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase)))).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static Opening Not(RoomAnswer answer) => new(null, Why(answer), answer is RoomAnswer.Unreachable ? ExitCode.Unreachable : ExitCode.Refused);

    private static string Why(RoomAnswer answer) => answer switch
    {
        RoomAnswer.Refused refused => refused.Why,
        RoomAnswer.Unreachable unreachable => unreachable.Why,
        _ => throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}"),
    };
}
