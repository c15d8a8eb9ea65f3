using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>The table of rights in docs/protocol.md section 4.3, row by row, is what the code does.</summary>
public sealed class RightsTableTests
{
    private static readonly UserId Stranger = new(1), Invited = new(2), Member = new(3), Moderator = new(4), Owner = new(5), Other = new(6), OtherModerator = new(7), OtherOwner = new(8), New = new(9);

    private static readonly (string Name, UserId User)[] Columns =
        [("stranger", Stranger), ("invited", Invited), ("member", Member), ("moderator", Moderator), ("owner", Owner)];

    private static readonly Dictionary<string, (bool IsOpen, RoomAction[] Actions)> Rows = new(StringComparer.Ordinal)
    {
        ["join: open room"] = (true, [new RoomAction.Join()]),
        ["join: room by invitation"] = (false, [new RoomAction.Join()]),
        ["invite, add: open room"] = (true, [new RoomAction.Invite([New]), new RoomAction.Add([New])]),
        ["invite, add: room by invitation"] = (false, [new RoomAction.Invite([New]), new RoomAction.Add([New])]),
        ["remove: members, invitations"] = (true, [new RoomAction.Remove([Other]), new RoomAction.Remove([Other, Invited])]),
        ["remove: moderators, owners"] = (true, [new RoomAction.Remove([OtherModerator]), new RoomAction.Remove([Other, OtherOwner])]),
        ["leave"] = (true, [new RoomAction.Leave()]),
        ["role"] = (false, [new RoomAction.SetRole(Other, RoomRole.Moderator), new RoomAction.SetRole(OtherOwner, RoomRole.Member), new RoomAction.SetRole(OtherModerator, RoomRole.Owner)]),
        ["change: name, topic"] = (true, [new RoomAction.Change(RoomsOfTests.Open with { Name = "Coffee" }), new RoomAction.Change(RoomsOfTests.Open with { Topic = "" })]),
        ["change: access"] = (true, [new RoomAction.Change(RoomsOfTests.ByInvitation), new RoomAction.Change(RoomsOfTests.ByInvitation with { Topic = "" })]),
        ["close"] = (false, [new RoomAction.Close()]),
    };

    public static TheoryData<string> Names => new(Rows.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Refusal_EachRole_IsAsTheTableSays(string row)
    {
        var cells = Assert.Single(Table(), cells => string.Equals(cells[0], row, StringComparison.Ordinal));
        var (isOpen, actions) = Rows[row];
        var room = Room(isOpen);
        for (var i = 0; i < Columns.Length; i++)
        {
            foreach (var action in actions)
            {
                Assert.Contains(cells[i + 1], new[] { "yes", "no" });
                var refusal = room.Refusal(Columns[i].User, action);
                Assert.True(string.Equals(cells[i + 1], "yes", StringComparison.Ordinal) == (refusal is null), $"{Columns[i].Name}, {row}, {action}: {refusal ?? "allowed"}");
                Assert.Equal(refusal is null, room.Apply(room.Propose(Columns[i].User, action)) is LedgerOutcome.Advanced);
            }
        }
    }

    [Fact]
    public void Table_HoldsTheseRowsAndNoOthers()
    {
        var table = Table();
        Assert.Equal(["action", .. Columns.Select(static column => column.Name)], table[0]);
        Assert.Equal(Rows.Keys, table.Skip(2).Select(static cells => cells[0]));
    }

    private static RoomState Room(bool isOpen) => RoomsOfTests.Begin(Unsigned.Create(Owner, isOpen ? RoomsOfTests.Open : RoomsOfTests.ByInvitation))
        .Advance(Owner, new RoomAction.Add([Member, Moderator, Other, OtherModerator, OtherOwner]))
        .Advance(Owner, new RoomAction.Invite([Invited]))
        .Advance(Owner, new RoomAction.SetRole(Moderator, RoomRole.Moderator))
        .Advance(Owner, new RoomAction.SetRole(OtherModerator, RoomRole.Moderator))
        .Advance(Owner, new RoomAction.SetRole(OtherOwner, RoomRole.Owner));

    private static List<string[]> Table() => File.ReadLines(Path.Combine(Repository.Root, "docs", "protocol.md"))
        .SkipWhile(static line => !line.StartsWith("### 4.3 ", StringComparison.Ordinal))
        .SkipWhile(static line => !line.StartsWith('|'))
        .TakeWhile(static line => line.StartsWith('|'))
        .Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
        .ToList();
}
