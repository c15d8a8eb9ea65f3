using FsCheck;
using FsCheck.Fluent;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>Whatever eight people may want of a room, allowed or not.</summary>
internal static class Wishes
{
    public const int People = 8;

    private static readonly RoomSettings[] Settings =
        [RoomsOfTests.Open, RoomsOfTests.ByInvitation, RoomsOfTests.Open with { Name = "Coffee" }, RoomsOfTests.ByInvitation with { Topic = "" }];

    public static Gen<int> Person => Gen.Choose(0, People - 1);

    /// <param name="people">Who the eight are.</param>
    public static Gen<RoomAction> Action(UserId[] people)
    {
        var some = from count in Gen.Choose(1, 3) from chosen in Gen.ArrayOf(Person, count) select (UserId[])[.. chosen.Select(i => people[i]).Distinct().Order()];
        return Gen.Frequency(
            (3, Gen.Constant<RoomAction>(new RoomAction.Join())),
            (2, from users in some select (RoomAction)new RoomAction.Invite(users)),
            (4, from users in some select (RoomAction)new RoomAction.Add(users)),
            (3, from users in some select (RoomAction)new RoomAction.Remove(users)),
            (2, Gen.Constant<RoomAction>(new RoomAction.Leave())),
            (4, from user in Person from role in Gen.Elements(RoomRole.Member, RoomRole.Moderator, RoomRole.Owner) select (RoomAction)new RoomAction.SetRole(people[user], role)),
            (2, from settings in Gen.Elements(Settings) select (RoomAction)new RoomAction.Change(settings)),
            (1, from rare in Gen.Choose(0, 5) select rare == 0 ? (RoomAction)new RoomAction.Close() : new RoomAction.Join()));
    }
}
