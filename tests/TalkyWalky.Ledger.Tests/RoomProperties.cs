using FsCheck;
using FsCheck.Fluent;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger.Tests;

/// <summary>The rules of rooms under anything that eight people do: signatures aside, which <see cref="ForgeryTests"/> and <see cref="ReplicaProperties"/> look at.</summary>
public sealed class RoomProperties
{
    private static readonly UserId[] People = [.. Enumerable.Range(1, Wishes.People).Select(static i => new UserId((UInt128)i))];

    private sealed record Step(int Actor, RoomAction Wish)
    {
        public override string ToString() => $"{Actor}: {Wish}";
    }

    private sealed record Story(bool IsGeneral, RoomSettings Settings, Step[] Steps)
    {
        public RoomState Start() => IsGeneral
            ? RoomState.General(Digest.Sha256("anchor"u8))
            : RoomsOfTests.Begin(Unsigned.Create(People[0], Settings));
    }

    private static Config Config => Config.QuickThrowOnFailure.WithMaxTest(Effort.Count(usual: 400, full: 20_000));

    [Fact]
    public void Apply_AnyWishes_AllowsExactlyWhatTheModelAllows() => Prop.ForAll(Stories().ToArbitrary(), static story =>
    {
        var room = story.Start();
        var model = new RoomModel(story.IsGeneral, room.Settings);
        if (!story.IsGeneral) model.Members.Add(People[0], RoomRole.Owner);
        foreach (var step in story.Steps)
        {
            var outcome = room.Apply(room.Propose(People[step.Actor], step.Wish));
            var allowed = model.TryDo(People[step.Actor], step.Wish);
            Assert.Equal(allowed, room.Refusal(People[step.Actor], step.Wish) is null);
            if (allowed) room = Assert.IsType<LedgerOutcome.Advanced>(outcome).State;
            else Assert.Equal(LedgerFault.NotAllowed, Assert.IsType<LedgerOutcome.Refused>(outcome).Fault);
            Assert.True(model.Matches(room));
        }
    }).Check(Config);

    [Fact]
    public void Apply_AnyWishes_KeepsTheRoomSound() => Prop.ForAll(Stories().ToArbitrary(), static story =>
    {
        foreach (var room in States(story))
        {
            Assert.Empty(room.Members.Keys.Intersect(room.Invited));
            Assert.True(room.IsClosed || room.Members.ContainsValue(RoomRole.Owner) || (room.IsGeneral && room.Members.IsEmpty));
            Assert.False(room.IsGeneral && (room.IsClosed || room.Settings.Access != RoomAccess.Open));
        }
    }).Check(Config);

    [Fact]
    public void Apply_CommitOutOfItsPlace_IsRefused() => Prop.ForAll(
        (from story in Stories() from place in Gen.Choose(0, 1000) from other in Gen.Choose(0, 1000) select (story, place, other)).ToArbitrary(),
        static at =>
        {
            var commits = new List<Commit>();
            var states = States(at.story, commits).ToList();
            var room = states[at.place % states.Count];
            if (commits.Count == 0) return;
            var index = at.other % commits.Count;
            if (commits[index].Epoch == room.Epoch + 1) Assert.IsType<LedgerOutcome.Advanced>(room.Apply(commits[index]));
            else Assert.Equal(LedgerFault.WrongEpoch, room.Refuse(commits[index]).Fault);
        }).Check(Config);

    [Fact]
    public void Apply_CommitOfAnotherBranchOrRoom_IsRefused() => Prop.ForAll(
        (from story in Stories() from place in Gen.Choose(0, 1000) from actor in Wishes.Person from wish in Wishes.Action(People) select (story, place, actor, wish)).ToArbitrary(),
        static at =>
        {
            var commits = new List<Commit>();
            var states = States(at.story, commits).ToList();
            if (commits.Count == 0) return;
            var room = states[1 + (at.place % commits.Count)];

            // The same step by another commit: from there on nothing fits here.
            var before = states[at.place % commits.Count];
            var taken = commits[at.place % commits.Count];
            var rival = before.Advance(taken.Actor, taken.Action);
            var onRival = rival.Propose(People[at.actor], at.wish);
            Assert.Equal(LedgerFault.Fork, room.Refuse(onRival).Fault);
            Assert.NotNull(ForkEvidence.Of(taken, before.Propose(taken.Actor, taken.Action)));

            var elsewhere = RoomsOfTests.Begin(Unsigned.Create(People[at.actor], RoomsOfTests.Open));
            var moved = Unsigned.Make(elsewhere.Room, room.Epoch + 1, room.Head, People[at.actor], at.wish, room.Time);
            Assert.Equal(LedgerFault.WrongRoom, room.Refuse(moved).Fault);
        }).Check(Config);

    private static Gen<Story> Stories() =>
        from general in Gen.Choose(0, 3)
        from settings in Gen.Elements(RoomsOfTests.Open, RoomsOfTests.ByInvitation)
        from length in Gen.Choose(0, 40)
        from steps in Gen.ArrayOf(from actor in Wishes.Person from wish in Wishes.Action(People) select new Step(actor, wish), length)
        select new Story(general == 0, settings, steps);

    /// <summary>Every state that the story leads to, the first included.</summary>
    private static IEnumerable<RoomState> States(Story story, List<Commit>? commits = null)
    {
        var room = story.Start();
        yield return room;
        foreach (var step in story.Steps)
        {
            var commit = room.Propose(People[step.Actor], step.Wish);
            if (room.Apply(commit) is not LedgerOutcome.Advanced advanced) continue;
            commits?.Add(commit);
            yield return room = advanced.State;
        }
    }
}
