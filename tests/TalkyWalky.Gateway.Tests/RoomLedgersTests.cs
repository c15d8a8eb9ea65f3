using TalkyWalky.Engines;
using TalkyWalky.Gateway.Rooms;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests;

public sealed class RoomLedgersTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private GatewayHost _host = null!;
    private TestDevice _ada = null!;
    private TestRoom _room = null!;
    private RoomLedgers _ledgers = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _ada = await _host.EnrolAsync("ada");
        _room = new TestRoom(null, _host);
        _ledgers = new RoomLedgers(_host.Store, _host.Options.Anchor.Hash, _host.Time);
        await StoreAsync(new RoomAction.Create(new RoomSettings("Tea", "", RoomAccess.Open), default));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Get_GivesTheStoredState() => Assert.Equal(_room.State.Head, (await _ledgers.GetAsync(_room.Id, None))!.Head);

    [Fact]
    public async Task Get_OfNoRoom_IsNull()
    {
        Assert.Null(await _ledgers.GetAsync(new ConversationId(Digest.Sha256("none"u8)), None));
        Assert.Null(await _ledgers.RefreshAsync(new ConversationId(Digest.Sha256("none"u8)), None));
    }

    [Fact]
    public async Task CommitByAnotherGateway_IsSeenAfterSecondsAndWhenAskedForTheNewest()
    {
        await _ledgers.GetAsync(_room.Id, None);
        await StoreAsync(new RoomAction.Change(new RoomSettings("Coffee", "", RoomAccess.Open)));
        Assert.Equal(1ul, (await _ledgers.GetAsync(_room.Id, None))!.Epoch);
        Assert.Equal(2ul, (await _ledgers.RefreshAsync(_room.Id, None))!.Epoch);
        await StoreAsync(new RoomAction.Change(new RoomSettings("Milk", "", RoomAccess.Open)));
        Assert.Equal(2ul, (await _ledgers.GetAsync(_room.Id, None))!.Epoch);
        _host.Time.Offset += TimeSpan.FromSeconds(6);
        Assert.Equal("Milk", (await _ledgers.GetAsync(_room.Id, None))!.Settings.Name);
    }

    [Fact]
    public async Task Turn_OfOneRoom_WaitsForThatRoomOnly()
    {
        var first = await _ledgers.TakeTurnAsync(_room.Id, None);
        var second = _ledgers.TakeTurnAsync(_room.Id, None);
        using (await _ledgers.TakeTurnAsync(_ledgers.General.Room, None)) Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task ManyRooms_ThoseNotUsedForLongAreForgottenAndReadAgain()
    {
        var few = new RoomLedgers(_host.Store, _host.Options.Anchor.Hash, _host.Time, maxRooms: 4);
        var rooms = new List<TestRoom>();
        for (var i = 0; i < 6; i++)
        {
            rooms.Add(_room = new TestRoom(null, _host));
            await StoreAsync(new RoomAction.Create(new RoomSettings($"room {i}", "", RoomAccess.Open), Digest.Sha256([(byte)i])));
        }

        using (await few.TakeTurnAsync(rooms[0].Id, None))
        {
            foreach (var room in rooms.Skip(1)) Assert.Equal(room.State.Head, (await few.GetAsync(room.Id, None))!.Head);
            Assert.InRange(few.Count, 2, 4);
        }

        foreach (var room in rooms) Assert.Equal(room.State.Head, (await few.GetAsync(room.Id, None))!.Head);
        Assert.Null(await few.GetAsync(new ConversationId(Digest.Sha256("none"u8)), None));
        Assert.InRange(few.Count, 2, 4);
    }

    [Fact]
    public async Task DamagedLedger_IsAnEngineFault()
    {
        var id = new ConversationId(Digest.Sha256("damaged"u8));
        await _host.Store.AppendCommitAsync(new RoomCommit(Record(id, 1, id.Value), [1, 2, 3], [], []), None);
        await Assert.ThrowsAsync<EngineException>(() => _ledgers.RefreshAsync(id, None));
        await Assert.ThrowsAsync<EngineException>(() => _ledgers.RefreshAsync(id, None));
    }

    private async Task StoreAsync(RoomAction action)
    {
        var commit = _room.Sign(_ada, action);
        _room.Take(commit);
        Assert.True(await _host.Store.AppendCommitAsync(new RoomCommit(Record(_room.Id, commit.Epoch, commit.Hash), commit.Token.ToArray(), [], []), None));
    }

    private static RoomRecord Record(ConversationId id, ulong epoch, Digest head) => new(id, epoch, head, "as stored", "", IsOpen: true, IsClosed: false, 1, Creator: null);
}
