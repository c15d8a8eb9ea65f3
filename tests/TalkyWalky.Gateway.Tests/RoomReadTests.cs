using Google.Protobuf;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

public sealed class RoomReadTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _bob = null!, _eve = null!;
    private TestClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        (_ada, _bob, _eve) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"), await _host.EnrolAsync("eve"));
        _client = await _ada.ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task General_IsThereBeforeAnybodyJoined()
    {
        var general = TestRoom.General(_host);
        Assert.Empty((await _client.ListRoomsAsync()).Rooms_);
        var listed = Assert.Single((await _client.ListRoomsAsync(all: true)).Rooms_);
        Assert.Equal((general.Id.ToArray(), 1ul, general.Id.ToArray()), (listed.Room_.ToByteArray(), listed.Epoch, listed.Head.ToByteArray()), TripleComparer);
        Assert.Equal(("General", true, false, 0u), (listed.Name, listed.Open, listed.Closed, listed.Members));
        var page = (await _client.FetchLedgerAsync(general.Id)).LedgerPage;
        Assert.Equal((1ul, 0, false), (page.Epoch, page.Commits.Count, page.More));
    }

    [Fact]
    public async Task General_BeginsWithEpochTwo()
    {
        var general = TestRoom.General(_host);
        await general.DoAsync(_ada, _client, new RoomAction.Join());
        await using var bob = await _bob.ConnectAsync();
        var page = (await bob.FetchLedgerAsync(general.Id)).LedgerPage;
        Assert.Equal((2ul, 1, false), (page.Epoch, page.Commits.Count, page.More));
        await general.DoAsync(_bob, bob, new RoomAction.Join());
        Assert.Equal((2u, 3ul), (await bob.ListRoomsAsync()).Rooms_.Select(room => (room.Members, room.Epoch)).Single());
        Assert.Single((await bob.ListRoomsAsync(all: true)).Rooms_);
    }

    [Fact]
    public async Task WhoWasPutOut_ReadsUpToThatCommitAndNoFurther()
    {
        await using var bob = await _bob.ConnectAsync();
        await using var eve = await _eve.ConnectAsync();
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await room.DoAsync(_ada, _client, new RoomAction.Add([_bob.User]));
        await room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        await room.DoAsync(_ada, _client, new RoomAction.Change(new RoomSettings("Without Bob", "a secret", RoomAccess.Invitation)));
        var page = (await bob.FetchLedgerAsync(room.Id)).LedgerPage;
        Assert.Equal((3ul, 3, false), (page.Epoch, page.Commits.Count, page.More));
        Assert.Empty((await bob.FetchLedgerAsync(room.Id, after: 3)).LedgerPage.Commits);
        Assert.Equal(("", "", 3ul, 0u), (await bob.ListRoomsAsync()).Rooms_.Select(listed => (listed.Name, listed.Topic, listed.Epoch, listed.Members)).Single());
        Assert.Equal(RefusalCode.NotAllowed, (await eve.FetchLedgerAsync(room.Id)).Refused.Code);
        await room.DoAsync(_ada, _client, new RoomAction.Invite([_bob.User]));
        Assert.Equal(5, (await bob.FetchLedgerAsync(room.Id)).LedgerPage.Commits.Count);
        await room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        Assert.Equal(6ul, (await bob.FetchLedgerAsync(room.Id)).LedgerPage.Epoch);
        await room.DoAsync(_ada, _client, new RoomAction.Change(new RoomSettings("For all", "", RoomAccess.Open)));
        Assert.Equal(7ul, (await bob.FetchLedgerAsync(room.Id)).LedgerPage.Epoch);
        Assert.Equal(7ul, (await eve.FetchLedgerAsync(room.Id)).LedgerPage.Epoch);
    }

    [Fact]
    public async Task LongLedger_ComesInPagesThatReplay()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        UserId[] people = [.. (await _host.AddManyAsync(Limits.CommitUsers, devices: 0)).Select(static person => person.User)];
        for (var i = 0; i < 20; i++)
        {
            await room.DoAsync(_ada, _client, new RoomAction.Invite(people));
            await room.DoAsync(_ada, _client, new RoomAction.Remove(people));
        }

        RoomState? replayed = null;
        var pages = 0;
        for (var more = true; more; pages++)
        {
            var page = (await _client.FetchLedgerAsync(room.Id, replayed?.Epoch ?? 0)).LedgerPage;
            more = page.More;
            foreach (var token in page.Commits)
            {
                var commit = Assert.IsType<CommitVerification.Verified>(Commits.Verify(token.Memory, _host.Options.Anchor, [])).Commit;
                replayed = Assert.IsType<LedgerOutcome.Advanced>(replayed is null ? RoomState.Begin(commit) : replayed.Apply(commit)).State;
            }
        }

        Assert.InRange(pages, 2, 20);
        Assert.Equal((room.State.Head, room.State.Epoch), (replayed!.Head, replayed.Epoch));
    }

    [Fact]
    public async Task OpenRooms_AreListedForAnyone_OthersAreNot()
    {
        await using var bob = await _bob.ConnectAsync();
        var open = await TestRoom.CreateAsync(_host, _ada, _client, RoomAccess.Open);
        await TestRoom.CreateAsync(_host, _ada, _client);
        var all = (await bob.ListRoomsAsync(all: true)).Rooms_.Select(room => Hex(room.Room_));
        Assert.Equal(new[] { open.Id.ToString(), TestRoom.General(_host).Id.ToString() }.Order(StringComparer.Ordinal), all);
        Assert.Empty((await bob.ListRoomsAsync()).Rooms_);
        Assert.Equal(3, (await _client.ListRoomsAsync(all: true)).Rooms_.Count);
    }

    [Fact]
    public async Task ManyRooms_ComeInPagesById()
    {
        var expected = new SortedSet<string>(StringComparer.Ordinal) { TestRoom.General(_host).Id.ToString() };
        for (var i = 0; i < 450; i++)
        {
            var id = Digest.Sha256(BitConverter.GetBytes(i));
            await _host.Store.AppendCommitAsync(
                new(new(new ConversationId(id), 1, id, "made", "", IsOpen: i % 3 > 0, IsClosed: false, 1, _bob.User), [1], i % 3 < 2 ? [_ada.User] : [], []), CancellationToken.None);
            expected.Add(id.ToString());
        }

        var listed = new List<string>();
        var pages = 0;
        for (var more = true; more; pages++)
        {
            var page = await _client.ListRoomsAsync(all: true, after: listed.Count == 0 ? [] : Convert.FromHexString(listed[^1]));
            listed.AddRange(page.Rooms_.Select(room => Hex(room.Room_)));
            more = page.More;
        }

        Assert.Equal(3, pages);
        Assert.Equal(expected, listed);
    }

    [Fact]
    public async Task Roster_GivesListedDevicesOfThoseKnown()
    {
        var tablet = await _host.EnrolAsync(_bob.Account);
        await _host.Directory.SetEnabledAsync(_eve.User, enabled: false, CancellationToken.None);
        var page = await _client.FetchRosterAsync(_bob.User, UserId.New(), _eve.User, _ada.User);
        Assert.Equal(4u, page.Answered);
        Assert.Equal([_bob.User.ToArray(), _ada.User.ToArray()], page.People.Select(found => found.Person.User.ToByteArray()));
        Assert.Equal([_bob.Id.ToArray(), tablet.Id.ToArray()], page.People[0].Devices.Select(device => device.Device_.ToByteArray()));
        Assert.Equal(_bob.Identity, page.People[0].Devices[0].IdentityCertificate.ToByteArray());
    }

    [Fact]
    public async Task Roster_OfMany_AnswersAsManyAsFit()
    {
        var users = (await _host.AddManyAsync(400, devices: 2)).ConvertAll(static person => person.User);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var pages = 0;
        for (var at = 0; at < users.Count; pages++)
        {
            var page = await _client.FetchRosterAsync(users.Skip(at));
            Assert.True(page.Answered > 0);
            Assert.All(page.People, person => Assert.Equal(2, person.Devices.Count));
            found.UnionWith(page.People.Select(person => Hex(person.Person.User)));
            at += (int)page.Answered;
        }

        Assert.Equal(400, found.Count);
        Assert.InRange(pages, 2, 6);
    }

    private static IEqualityComparer<(byte[], ulong, byte[])> TripleComparer { get; } = EqualityComparer<(byte[] Room, ulong Epoch, byte[] Head)>.Create(
        static (one, other) => one.Room.AsSpan().SequenceEqual(other.Room) && one.Epoch == other.Epoch && one.Head.AsSpan().SequenceEqual(other.Head));

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
