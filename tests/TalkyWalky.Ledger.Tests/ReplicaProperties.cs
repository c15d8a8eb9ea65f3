using FsCheck;
using FsCheck.Fluent;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>
/// Eight people, each with a copy of the ledger that lags behind, propose signed commits at the same time; a server takes the first for each epoch, the others fetch and try again.
/// All copies end in one state, from whatever prefix they read on.
/// </summary>
public sealed class ReplicaProperties
{
    private static readonly TestDevice[] Devices = [.. Enumerable.Range(0, Wishes.People).Select(static i => TestAuthority.Shared.Enrol($"person{i}"))];
    private static readonly UserId[] People = [.. Devices.Select(static device => device.User)];

    private sealed record Step(int Actor, RoomAction Wish, int Fetched)
    {
        public override string ToString() => $"{Actor} fetches {Fetched}, then {Wish}";
    }

    [Fact]
    public void Ledger_AnyInterleavingOfHonestCommits_Converges() =>
        Prop.ForAll(Steps().ToArbitrary(), Replay).Check(Config.QuickThrowOnFailure.WithMaxTest(Effort.Count(usual: 20, full: 500)));

    private static Gen<Step[]> Steps() =>
        from length in Gen.Choose(0, 30)
        from steps in Gen.ArrayOf(from actor in Wishes.Person from wish in Wishes.Action(People) from fetched in Gen.Choose(0, 3) select new Step(actor, wish, fetched), length)
        select steps;

    private static void Replay(Step[] steps)
    {
        var create = Devices[0].Create(RoomsOfTests.Open);
        var server = new Copy(create);
        var tokens = new List<ReadOnlyMemory<byte>> { create.Token };
        var copies = Devices.Select(_ => new Copy(create)).ToArray();
        foreach (var step in steps)
        {
            var (device, copy) = (Devices[step.Actor], copies[step.Actor]);
            copy.Fetch(tokens, step.Fetched);
            if (copy.Room.Refusal(device.User, step.Wish) is not null) continue;
            var commit = device.Propose(copy.Room, step.Wish);
            if (!server.TryAppend(commit.Token, tokens))
            {
                // Lost the race: look at what the others did, and do what is still allowed.
                copy.Fetch(tokens, tokens.Count);
                if (copy.Room.Refusal(device.User, step.Wish) is not null) continue;
                Assert.True(server.TryAppend(device.Propose(copy.Room, step.Wish).Token, tokens));
            }
        }

        foreach (var copy in copies)
        {
            copy.Fetch(tokens, tokens.Count);
            AssertSame(server.Room, copy.Room);
        }

        AssertSame(server.Room, FromStored(tokens));
    }

    // As a device does after a restart: the tokens were verified before they were stored.
    private static RoomState FromStored(List<ReadOnlyMemory<byte>> tokens)
    {
        var room = RoomsOfTests.Begin(Commits.Read(tokens[0])!);
        foreach (var token in tokens.Skip(1)) room = room.Advance(Commits.Read(token)!);
        return room;
    }

    private static void AssertSame(RoomState expected, RoomState actual)
    {
        Assert.Equal(
            (expected.Room, expected.Epoch, expected.Head, expected.Settings, expected.IsClosed, expected.Time),
            (actual.Room, actual.Epoch, actual.Head, actual.Settings, actual.IsClosed, actual.Time));
        Assert.Equal(expected.Members, actual.Members);
        Assert.Equal(expected.Invited, actual.Invited);
    }

    /// <summary>One copy of the ledger; it verifies whatever it is given.</summary>
    private sealed class Copy(Commit create)
    {
        private int _known = 1;

        public RoomState Room { get; private set; } = RoomsOfTests.Begin(create);

        public void Fetch(List<ReadOnlyMemory<byte>> tokens, int atMost)
        {
            for (; atMost > 0 && _known < tokens.Count; atMost--, _known++) Room = Room.Advance(Verify(tokens[_known]));
        }

        /// <summary>False when another commit has made this epoch.</summary>
        public bool TryAppend(ReadOnlyMemory<byte> token, List<ReadOnlyMemory<byte>> tokens)
        {
            var commit = Verify(token);
            if (commit.Epoch <= Room.Epoch)
            {
                Assert.Equal(LedgerFault.WrongEpoch, Room.Refuse(commit).Fault);
                return false;
            }

            Room = Room.Advance(commit);
            tokens.Add(token);
            _known++;
            return true;
        }

        private static Commit Verify(ReadOnlyMemory<byte> token) =>
            Assert.IsType<CommitVerification.Verified>(Commits.Verify(token, TestAuthority.Shared.Anchor, [])).Commit;
    }
}
