using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>A conversation that is open in the chat.</summary>
/// <param name="Name">Username, or the room's name as it was when it was opened.</param>
/// <param name="Room">What is known of the room; null for a person.</param>
internal sealed record Place(Target Target, string Name, RoomInfo? Room)
{
    public static Place Person(string username) => new(Target.Person(username), username, Room: null);

    /// <summary>The room keeps its id when it is renamed or shares its name.</summary>
    public static Place Of(RoomInfo room) => new(Target.Room(room.Room.ToString()), room.Name, room);

    public bool Holds(ChatMessage message) => Room is { } room ? Is(room.Room) : Is(new Target(message.With, message.IsRoom));

    public bool Is(ConversationId room) => Room?.Room == room;

    /// <summary>Whether an event's target means this conversation.</summary>
    public bool Is(Target other) =>
        other == Target || (other.IsRoom == Target.IsRoom && string.Equals(other.Name, Room?.Name ?? Name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What opening a conversation came to: one of the two is there.</summary>
internal readonly record struct Opening(Place? Place, string? Why);

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
        var answer => new Opening(null, Why(answer)),
    };

    public async Task<Opening> JoinAsync(string name, CancellationToken cancellation) => await chat.RoomAsync(new RoomRequest.Join(name), cancellation) switch
    {
        RoomAnswer.Done { Room: var room } => new Opening(Place.Of(room), null),
        var answer => new Opening(null, Why(answer)),
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

    private static string Why(RoomAnswer answer) => answer switch
    {
        RoomAnswer.Refused refused => refused.Why,
        RoomAnswer.Unreachable unreachable => unreachable.Why,
        _ => throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}"),
    };
}
