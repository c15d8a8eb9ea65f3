using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every store does for rooms and profile records.</summary>
public abstract class RoomStoreSpecification : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly UserId Ada = UserId.New(), Bob = UserId.New();

    /// <summary>A store with nothing in it.</summary>
    protected abstract Task<IStore> StartAsync();

    protected abstract Task<IStore> RestartAsync();

    protected abstract Task StopAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => StopAsync();

    [Fact]
    public async Task AppendCommit_KeepsTheRoomAsItIsAfterIt()
    {
        var store = await StartAsync();
        var first = Room(1, epoch: 1);
        var second = first with
        {
            Epoch = 2, Head = Hash(99), Name = "Ünïcode, and a long one", Topic = "what is talked about", IsOpen = false, IsClosed = true, Members = 7,
        };
        Assert.True(await AppendAsync(store, first));
        Assert.Equal(first, await store.FindRoomAsync(first.Room, None));
        Assert.True(await AppendAsync(store, second));
        store = await RestartAsync();
        Assert.Equal(second, await store.FindRoomAsync(first.Room, None));
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    [InlineData(4ul)]
    public async Task AppendCommit_NotTheNextEpoch_IsFalseAndChangesNothing(ulong epoch)
    {
        var store = await StartAsync();
        await AppendAsync(store, Room(1, epoch: 1));
        await AppendAsync(store, Room(1, epoch: 2), Ada);
        Assert.False(await AppendAsync(store, Room(1, epoch) with { Name = "another" }, Bob));
        Assert.Equal(Room(1, epoch: 2), await store.FindRoomAsync(Room(1, 1).Room, None));
        Assert.Equal(2, (await store.CommitsAsync(Room(1, 1).Room, 0, int.MaxValue, None)).Count);
        Assert.Empty(await store.RoomsOfAsync(Bob, after: null, 10, None));
    }

    [Fact]
    public async Task AppendCommit_ToAnUnknownRoom_BeginsAtOneOrTwo()
    {
        var store = await StartAsync();
        Assert.True(await AppendAsync(store, Room(1, epoch: 1)));
        Assert.True(await AppendAsync(store, Room(2, epoch: 2)));
        Assert.False(await AppendAsync(store, Room(3, epoch: 3)));
        Assert.Null(await store.FindRoomAsync(Room(3, 3).Room, None));
    }

    [Fact]
    public async Task AppendCommit_ManyAtOnce_LetsOneThrough()
    {
        var store = await StartAsync();
        await AppendAsync(store, Room(1, epoch: 1));
        var appended = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AppendAsync(store, Room(1, epoch: 2) with { Name = $"by {i}" })));
        Assert.Single(appended, done => done);
        Assert.Equal(2, (await store.CommitsAsync(Room(1, 1).Room, 0, int.MaxValue, None)).Count);
    }

    [Fact]
    public async Task Commits_ComeInOrderInPagesOfBytes()
    {
        var store = await StartAsync();
        for (var epoch = 1ul; epoch <= 12; epoch++) await AppendAsync(store, Room(1, epoch), new byte[100 * epoch]);
        store = await RestartAsync();
        var room = Room(1, 1).Room;
        Assert.Equal(Enumerable.Range(1, 12).Select(i => 100 * i), (await store.CommitsAsync(room, 0, int.MaxValue, None)).Select(token => token.Length));
        Assert.Equal([100, 200, 300], (await store.CommitsAsync(room, 0, 999, None)).Select(token => token.Length));
        Assert.Equal([100, 200, 300, 400], (await store.CommitsAsync(room, 0, 1000, None)).Select(token => token.Length));
        Assert.Equal([500], (await store.CommitsAsync(room, 4, 1, None)).Select(token => token.Length));
        Assert.Empty(await store.CommitsAsync(room, 12, int.MaxValue, None));
        Assert.Empty(await store.CommitsAsync(room, ulong.MaxValue, int.MaxValue, None));
        Assert.Empty(await store.CommitsAsync(Room(2, 1).Room, 0, int.MaxValue, None));
    }

    [Fact]
    public async Task RoomsOf_AreThoseThatEverConcernedThePerson()
    {
        var store = await StartAsync();
        for (var i = 0; i < 30; i++) await AppendAsync(store, Room(i, epoch: 1), i % 3 == 0 ? [Ada, Bob] : [Bob]);
        await AppendAsync(store, Room(0, epoch: 2));
        await AppendAsync(store, Room(1, epoch: 2), Ada, Bob);
        var expected = Enumerable.Range(0, 30).Where(i => i % 3 == 0 || i == 1).Select(i => new PersonalRoom(Room(i, i < 2 ? 2ul : 1ul), null)).OrderBy(IdOf);
        Assert.Equal(expected, await PagesAsync(after => store.RoomsOfAsync(Ada, after, 4, None), IdOf));
        Assert.Equal(30, (await PagesAsync(after => store.RoomsOfAsync(Bob, after, 7, None), IdOf)).Count);
        Assert.Empty(await store.RoomsOfAsync(UserId.New(), after: null, 10, None));
    }

    [Fact]
    public async Task Out_KeepsTheLastEpochThatThePersonMayReadUntilTheyAreInAgain()
    {
        var store = await StartAsync();
        var room = Room(1, 1).Room;
        await store.AppendCommitAsync(new RoomCommit(Room(1, epoch: 1), [1], [Ada, Bob], []), None);
        Assert.Null((await store.FindRoomAsync(room, Bob, None))!.Until);
        await store.AppendCommitAsync(new RoomCommit(Room(1, epoch: 2), [2], [], [Bob]), None);
        await AppendAsync(store, Room(1, epoch: 3));
        store = await RestartAsync();
        Assert.Equal(new PersonalRoom(Room(1, epoch: 3), 2), await store.FindRoomAsync(room, Bob, None));
        Assert.Equal(2ul, Assert.Single(await store.RoomsOfAsync(Bob, after: null, 10, None)).Until);
        Assert.Null((await store.FindRoomAsync(room, Ada, None))!.Until);
        Assert.Null(await store.FindRoomAsync(room, UserId.New(), None));
        await AppendAsync(store, Room(1, epoch: 4), Bob);
        Assert.Null((await store.FindRoomAsync(room, Bob, None))!.Until);
    }

    [Fact]
    public async Task OpenRooms_AreThoseOpenNowAndNotClosed()
    {
        var store = await StartAsync();
        for (var i = 0; i < 30; i++) await AppendAsync(store, Room(i, epoch: 1) with { IsOpen = i % 2 == 0, IsClosed = i % 5 == 0 });
        await AppendAsync(store, Room(2, epoch: 2) with { IsOpen = false });
        await AppendAsync(store, Room(3, epoch: 2) with { IsOpen = true });
        var expected = Enumerable.Range(0, 30).Where(i => (i % 2 == 0 && i % 5 != 0 && i != 2) || i == 3).Select(i => Room(i, 1).Room.Value).Order();
        Assert.Equal(expected, (await PagesAsync(after => store.OpenRoomsAsync(after, 4, None), room => room.Room.Value)).Select(room => room.Room.Value));
    }

    [Fact]
    public async Task CountRooms_CountsWhatAPersonMadeAndDidNotClose()
    {
        var store = await StartAsync();
        for (var i = 0; i < 5; i++) await AppendAsync(store, Room(i, epoch: 1) with { Creator = Ada });
        await AppendAsync(store, Room(5, epoch: 1) with { Creator = Bob });
        await AppendAsync(store, Room(6, epoch: 2) with { Creator = null });
        await AppendAsync(store, Room(0, epoch: 2) with { Creator = Bob, IsClosed = true });
        Assert.Equal(4, await store.CountRoomsAsync(Ada, None));
        Assert.Equal(1, await store.CountRoomsAsync(Bob, None));
    }

    [Fact]
    public async Task SetProfile_KeepsTheHighestVersion()
    {
        var store = await StartAsync();
        Assert.Empty(await store.ProfilesAsync([Ada, Bob], None));
        Assert.True(await store.SetProfileAsync(Ada, 5, [5], None));
        Assert.False(await store.SetProfileAsync(Ada, 5, [6], None));
        Assert.False(await store.SetProfileAsync(Ada, 4, [4], None));
        Assert.True(await store.SetProfileAsync(Ada, 7, [7], None));
        store = await RestartAsync();
        var kept = Assert.Single(await store.ProfilesAsync([Ada, Bob], None));
        Assert.Equal(Ada, kept.Key);
        Assert.Equal([7], kept.Value);
    }

    [Fact]
    public async Task Standings_TellStateFirstExpiryAndLogIn()
    {
        var store = await StartAsync();
        var listed = await store.AddDeviceAsync(Ada, Hash(1), firstMayEnter: true, Now, None);
        var pending = await store.AddDeviceAsync(Ada, Hash(2), firstMayEnter: true, Now, None);
        var half = await store.AddDeviceAsync(Bob, Hash(3), firstMayEnter: true, Now, None);
        await store.AddDeviceAsync(UserId.New(), Hash(4), firstMayEnter: true, Now, None);
        await CertifyAsync(store, listed, CertificateKind.Identity, Now.AddDays(90));
        await CertifyAsync(store, listed, CertificateKind.Encryption, Now.AddDays(30));
        await CertifyAsync(store, half, CertificateKind.Identity, Now.AddDays(90));
        await store.SetLoginAsync(listed.Device, Now.AddHours(1), None);
        DeviceStanding[] expected =
        [
            new(Ada, listed.Device, DeviceState.Active, Now.AddDays(30), Now.AddHours(1)),
            new(Ada, pending.Device, DeviceState.Pending, null, null),
            new(Bob, half.Device, DeviceState.Active, null, null),
        ];
        var found = await store.StandingsAsync([Ada, Bob, UserId.New()], None);
        Assert.Equal(expected.OrderBy(one => one.Device), found.OrderBy(one => one.Device));
    }

    private static Task CertifyAsync(IStore store, DeviceRecord device, CertificateKind kind, DateTimeOffset notAfter) => store.AddCertificateAsync(
        new IssuedCertificate($"{device.Device}{(int)kind}", kind, device.User, device.Device, [1], Now, notAfter, Now), None);

    private static Task<bool> AppendAsync(IStore store, RoomRecord room, params UserId[] concerned) =>
        store.AppendCommitAsync(new RoomCommit(room, [(byte)room.Epoch], concerned, []), None);

    private static Task<bool> AppendAsync(IStore store, RoomRecord room, byte[] token) => store.AppendCommitAsync(new RoomCommit(room, token, [], []), None);

    private static Digest IdOf(PersonalRoom room) => room.Room.Room.Value;

    private static async Task<List<T>> PagesAsync<T>(Func<ConversationId?, Task<IReadOnlyList<T>>> read, Func<T, Digest> id)
    {
        var rooms = new List<T>();
        while (await read(rooms.Count == 0 ? null : new ConversationId(id(rooms[^1]))) is { Count: > 0 } page) rooms.AddRange(page);
        return rooms;
    }

    private static RoomRecord Room(int number, ulong epoch) =>
        new(new ConversationId(Hash(number)), epoch, Hash(1000 * number + (int)epoch), $"room {number}", "", IsOpen: true, IsClosed: false, Members: 1, Creator: Ada);

    private static Digest Hash(int number) => Digest.Sha256(BitConverter.GetBytes(number));
}
