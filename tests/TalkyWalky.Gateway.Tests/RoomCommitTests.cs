using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

public sealed class RoomCommitTests : IAsyncLifetime
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
    public async Task Create_IsStoredListedAndGivenOut()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        var listed = Assert.Single((await _client.ListRoomsAsync()).Rooms_);
        Assert.Equal((room.Id.ToArray(), 1ul, room.State.Head.ToArray()), (listed.Room_.ToByteArray(), listed.Epoch, listed.Head.ToByteArray()), TripleComparer);
        Assert.Equal(("Tea", false, false, 1u), (listed.Name, listed.Open, listed.Closed, listed.Members));
        var page = (await _client.FetchLedgerAsync(room.Id)).LedgerPage;
        Assert.Equal((1ul, false), (page.Epoch, page.More));
        Assert.Equal(room.State.Head, Commits.HashOf(Assert.Single(page.Commits).Span));
    }

    [Fact]
    public async Task Commits_MoveTheRoomOnAndTellWhomTheyConcern()
    {
        await using var bob = await _bob.ConnectAsync();
        await using var eve = await _eve.ConnectAsync();
        await using var tablet = await (await _host.EnrolAsync(_ada.Account)).ConnectAsync();
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await ExpectChangeAsync(tablet, room);
        await room.DoAsync(_ada, _client, new RoomAction.Invite([_bob.User]));
        await ExpectChangeAsync(bob, room);
        await room.DoAsync(_bob, bob, new RoomAction.Join());
        await ExpectChangeAsync(_client, room);
        await room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        await ExpectChangeAsync(bob, room);
        await room.DoAsync(_ada, _client, new RoomAction.Change(new RoomSettings("Coffee", "", RoomAccess.Invitation)));
        foreach (var client in new[] { bob, eve })
        {
            await client.SendAsync(new ClientFrame { ListUsers = new ListUsers { Request = 99 } });
            Assert.Equal(BodyOneofCase.Users, (await client.ReceiveAsync()).BodyCase);
        }
    }

    [Fact]
    public async Task Commit_OnAnOldEpoch_SaysEpochChanged()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        var late = room.Sign(_ada, new RoomAction.Invite([_bob.User]));
        await room.DoAsync(_ada, _client, new RoomAction.Add([_bob.User]));
        await RefusedAsync(RefusalCode.EpochChanged, late);
    }

    [Fact]
    public async Task Commit_SentAgain_IsAcceptedAgain()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        var first = await room.DoAsync(_ada, _client, new RoomAction.Add([_bob.User]));
        Assert.Equal(BodyOneofCase.Accepted, (await _client.CommitAsync(first)).BodyCase);
        await room.DoAsync(_ada, _client, new RoomAction.Remove([_bob.User]));
        _host.Time.Offset += TimeSpan.FromMinutes(30);
        Assert.Equal(BodyOneofCase.Accepted, (await _client.CommitAsync(first)).BodyCase);
        Assert.Equal(3ul, (await _client.FetchLedgerAsync(room.Id)).LedgerPage.Epoch);
    }

    [Fact]
    public async Task Commit_ThatTheRoomDoesNotAllow_IsRefused()
    {
        await using var bob = await _bob.ConnectAsync();
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await room.DoAsync(_ada, _client, new RoomAction.Add([_bob.User]));
        Assert.Equal(RefusalCode.NotAllowed, (await bob.CommitAsync(room.Sign(_bob, new RoomAction.Add([_eve.User])))).Refused.Code);
    }

    [Fact]
    public async Task Commit_OfAnotherDevice_IsRefused()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        var tablet = await _host.EnrolAsync(_ada.Account);
        await RefusedAsync(RefusalCode.NotAllowed, room.Sign(tablet, new RoomAction.Invite([_bob.User])));
        await RefusedAsync(RefusalCode.NotAllowed, room.Sign(_bob, new RoomAction.Join()));
    }

    [Fact]
    public async Task Commit_ByAClockThatIsWrong_IsRefused()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await RefusedAsync(RefusalCode.NotAllowed, room.Sign(_ada, new RoomAction.Invite([_bob.User]), _host.Time.GetUtcNow().AddMinutes(11)));
        await RefusedAsync(RefusalCode.NotAllowed, room.Sign(_ada, new RoomAction.Invite([_bob.User]), _host.Time.GetUtcNow().AddMinutes(-11)));
    }

    [Fact]
    public async Task Commit_NamingSomebodyUnknownOrDisabled_IsRefused()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await RefusedAsync(RefusalCode.NotAllowed, room.Sign(_ada, new RoomAction.Add([_bob.User, UserId.New()])));
        await _host.Directory.SetEnabledAsync(_bob.User, enabled: false, CancellationToken.None);
        await RefusedAsync(RefusalCode.NotAllowed, room.Sign(_ada, new RoomAction.Invite([_bob.User])));
    }

    [Fact]
    public async Task Commit_ThatIsNone_IsMalformed()
    {
        var answer = await _client.CommitAsync(default, "not a commit"u8.ToArray());
        Assert.Equal(RefusalCode.Malformed, answer.Refused.Code);
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        answer = await _client.CommitAsync(_host.Conversation(_ada, _bob), room.Sign(_ada, new RoomAction.Invite([_bob.User])).Token);
        Assert.Equal(RefusalCode.Malformed, answer.Refused.Code);
    }

    [Fact]
    public async Task Commit_ToARoomThatIsNotThere_IsRefused()
    {
        var unknown = new TestRoom(null, _host);
        unknown.Take(unknown.Sign(_ada, new RoomAction.Create(new RoomSettings("Nowhere", "", RoomAccess.Open), default)));
        await RefusedAsync(RefusalCode.NotAllowed, unknown.Sign(_ada, new RoomAction.Invite([_bob.User])));
        Assert.Equal(RefusalCode.NotAllowed, (await _client.FetchLedgerAsync(unknown.Id)).Refused.Code);
    }

    [Fact]
    public async Task Commit_ByADeviceRevokedMeanwhile_EndsTheSession()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client);
        await _host.Store.RevokeDeviceAsync(_ada.Id, X509RevocationReason.Unspecified, _host.Time.GetUtcNow(), CancellationToken.None);
        await _client.SendCommitAsync(room.Id, room.Sign(_ada, new RoomAction.Invite([_bob.User])).Token);
        var closing = await _client.ExpectAsync(BodyOneofCase.Closing);
        Assert.Equal(CloseCode.DeviceRevoked, closing.Closing.Code);
        Assert.Equal(1ul, (await _host.Store.FindRoomAsync(room.Id, CancellationToken.None))!.Epoch);
    }

    [Fact]
    public async Task ManyCommitsAtOnce_OneForEachEpochIsAccepted()
    {
        var room = await TestRoom.CreateAsync(_host, _ada, _client, RoomAccess.Open);
        TestDevice[] people = [.. await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _host.EnrolAsync($"person{i}")))];
        var answers = await Task.WhenAll(people.Select(async person =>
        {
            await using var client = await person.ConnectAsync();
            return await client.CommitAsync(room.Sign(person, new RoomAction.Join()));
        }));
        Assert.Single(answers, answer => answer.BodyCase == BodyOneofCase.Accepted);
        Assert.Equal(7, answers.Count(answer => answer.Refused?.Code == RefusalCode.EpochChanged));
    }

    [Fact]
    public async Task RoomsThatOnePersonMade_AreBounded()
    {
        for (var i = 0; i < 200; i++)
        {
            var id = Digest.Sha256(BitConverter.GetBytes(i));
            await _host.Store.AppendCommitAsync(
                new(new(new ConversationId(id), 1, id, "made", "", IsOpen: false, IsClosed: false, 1, _ada.User), [1], [], []), CancellationToken.None);
        }

        await RefusedAsync(RefusalCode.NotAllowed, new TestRoom(null, _host).Sign(_ada, new RoomAction.Create(new RoomSettings("One too many", "", RoomAccess.Open), default)));
    }

    private static IEqualityComparer<(byte[], ulong, byte[])> TripleComparer { get; } = EqualityComparer<(byte[] Room, ulong Epoch, byte[] Head)>.Create(
        static (one, other) => one.Room.AsSpan().SequenceEqual(other.Room) && one.Epoch == other.Epoch && one.Head.AsSpan().SequenceEqual(other.Head));

    private static async Task ExpectChangeAsync(TestClient client, TestRoom room)
    {
        var changed = (await client.ExpectAsync(BodyOneofCase.RoomChanged)).RoomChanged;
        Assert.Equal((room.Id.ToArray(), room.State.Epoch, room.State.Head.ToArray()), (changed.Room.ToByteArray(), changed.Epoch, changed.Head.ToByteArray()), TripleComparer);
    }

    private async Task RefusedAsync(RefusalCode code, Ledger.Commit commit)
    {
        var refused = (await _client.CommitAsync(commit)).Refused;
        Assert.Equal(code, refused?.Code);
        Assert.NotEmpty(refused!.Text);
    }
}
