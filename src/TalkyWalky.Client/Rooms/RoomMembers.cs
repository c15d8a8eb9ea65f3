using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Rooms;

internal static class RoomMembers
{
    /// <summary>Who is in the room, by rank and name. A name is what a certificate says; of somebody without a valid one, what was verified before, or the id.</summary>
    public static List<RoomMember> Of(Rows rows, RoomState state, IReadOnlyDictionary<UserId, VerifiedDevices> devices) =>
    [
        .. state.Members.Keys.Concat(state.Invited)
            .Select(user => Of(rows, state, user, devices.GetValueOrDefault(user)))
            .OrderByDescending(static member => member.Rank).ThenBy(static member => member.Username, StringComparer.OrdinalIgnoreCase),
    ];

    private static RoomMember Of(Rows rows, RoomState state, UserId user, VerifiedDevices? devices)
    {
        var name = user == rows.Messages.Owner.User ? rows.Messages.Owner.Username : devices?.Username ?? rows.Contacts.Find(user)?.Username ?? user.ToString();
        return new RoomMember(user, name, RoomInfos.RankOf(state, user), IsAsleep: devices is not { Encryption.Count: > 0 }, rows.Names.Of(user) is { Name.Length: > 0 } shown ? shown.Name : null);
    }
}
