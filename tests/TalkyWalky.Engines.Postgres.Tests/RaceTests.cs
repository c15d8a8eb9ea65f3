using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>Two servers on one database, which do the same thing at once.</summary>
[Collection(Shared.Name)]
public sealed class RaceTests(RealPostgres server) : IAsyncLifetime
{
    private const int Rounds = 20, Each = 4;

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestDatabase _database = new(server);
    private PostgresEngines[] _servers = [];

    public async Task InitializeAsync()
    {
        await _database.CreateAsync();
        // On tables that nobody made yet.
        _servers = await Task.WhenAll(_database.OpenAsync(), _database.OpenAsync());
    }

    public Task DisposeAsync() => _database.DeleteAsync();

    [Fact]
    public async Task Migration_AtOnce_IsDoneOnce()
    {
        Assert.Equal($"{Schema.Newest}|{Schema.Newest}", await _database.QueryAsync("SELECT count(*), max(version) FROM schema_version"));
        await Task.WhenAll(_servers.Select(static engines => engines.Store.CheckAsync(None)));
    }

    [Fact]
    public async Task AppendCommit_OnOneEpoch_SucceedsOnceAndKeepsTheWinners()
    {
        var room = new ConversationId(Hash(1));
        for (var epoch = 1ul; epoch <= Rounds; epoch++)
        {
            var tries = await AtOnceAsync(async (engines, number) =>
            {
                var record = new RoomRecord(room, epoch, Hash(number), $"by {number}", "", IsOpen: false, IsClosed: false, Members: 1, Creator: null);
                return (Done: await engines.Store.AppendCommitAsync(new RoomCommit(record, [(byte)number], [UserId.New()], []), None), Number: number);
            });
            var winner = Assert.Single(tries, static one => one.Done).Number;
            Assert.Equal($"by {winner}", (await _servers[0].Store.FindRoomAsync(room, None))!.Name);
            Assert.Equal([(byte)winner], Assert.Single(await _servers[1].Store.CommitsAsync(room, epoch - 1, int.MaxValue, None)));
        }

        Assert.Equal($"{Rounds}", await _database.QueryAsync("SELECT count(*) FROM room_person"));
    }

    [Fact]
    public async Task AppendToTheLog_BehindOneSize_SucceedsOnceAndKeepsTheWinners()
    {
        for (var size = 0ul; size < Rounds; size++)
        {
            var tries = await AtOnceAsync(async (engines, number) =>
                (Done: await engines.Log.AppendAsync(size, new LogBatch([new LogLeaf([(byte)number], Hash(number))], [], [], Through: 0), None), Number: number));
            var winner = Assert.Single(tries, static one => one.Done).Number;
            Assert.Equal([(byte)winner], Assert.Single(await _servers[0].Log.LeavesAsync(size, 1000, None)));
            Assert.Equal(Hash(winner), Assert.Single(await _servers[1].Log.HashesAsync(0, size, 10, None)));
        }
    }

    [Fact]
    public async Task AddDevice_FirstOfAPerson_LetsOneEnter()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var user = UserId.New();
            var added = await AtOnceAsync((engines, number) => engines.Store.AddDeviceAsync(user, Hash(round * 100 + number), firstMayEnter: true, Now, None));
            Assert.Single(added, static device => device.State == DeviceState.Active);
            Assert.Equal(added.Length, (await _servers[0].Store.DevicesOfAsync(user, None)).Count);
        }
    }

    [Fact]
    public async Task AddDevice_SameKey_IsOneDevice()
    {
        var user = UserId.New();
        var added = await AtOnceAsync((engines, _) => engines.Store.AddDeviceAsync(user, Hash(1), firstMayEnter: true, Now, None));
        Assert.Single(added.Distinct());
    }

    [Fact]
    public async Task AddDevice_OneKeyForSeveralPeople_IsOneDeviceOfOne()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var people = Enumerable.Range(0, Each * _servers.Length).Select(static _ => UserId.New()).ToList();
            var added = await AtOnceAsync((engines, number) => engines.Store.AddDeviceAsync(people[number], Hash(round), firstMayEnter: true, Now, None));
            Assert.Single(added.DistinctBy(static device => device.Device));
        }

        Assert.Equal($"{Rounds}|{Rounds}", await _database.QueryAsync("SELECT count(*), (SELECT count(*) FROM device_key) FROM device"));
    }

    [Fact]
    public async Task OneKey_AsIdentityAndForEncryption_HasOneUse()
    {
        var device = await _servers[0].Store.AddDeviceAsync(UserId.New(), Hash(-1), firstMayEnter: true, Now, None);
        for (var round = 0; round < Rounds; round++)
        {
            var tries = await AtOnceAsync(async (engines, number) => number % 4 < 2
                ? await engines.Store.ClaimEncryptionKeyAsync(device.Device, Hash(round), None)
                : (await engines.Store.AddDeviceAsync(UserId.New(), Hash(round), firstMayEnter: true, Now, None)).Device != device.Device);
            // Who claimed has it exactly when who would make a device of it found the claimant.
            Assert.All(tries.Index(), one => Assert.Equal(one.Index % 4 < 2 ? tries[0] : !tries[0], one.Item));
        }
    }

    [Fact]
    public async Task RedeemInvitation_WorksOnce()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await _servers[0].Store.AddInvitationAsync(new Invitation(Hash(round), null, Now, Now.AddDays(1)), None);
            Assert.Single(await AtOnceAsync((engines, number) => engines.Store.RedeemInvitationAsync(Hash(round), $"user{number}", Now, None)), static used => used);
        }
    }

    [Fact]
    public async Task AdvanceGeneration_SameNumber_IsNewToOne()
    {
        var device = (await _servers[0].Store.AddDeviceAsync(UserId.New(), Hash(1), firstMayEnter: true, Now, None)).Device;
        // Past what a signed number holds.
        for (var round = 0ul; round < Rounds; round++)
        {
            var presented = long.MaxValue - 9 + round;
            Assert.Single(await AtOnceAsync((engines, _) => engines.Store.AdvanceGenerationAsync(device, presented, None)), before => before < presented);
        }
    }

    [Fact]
    public async Task AddCertificate_SameSerial_IsRefusedToAllButOne()
    {
        var device = await _servers[0].Store.AddDeviceAsync(UserId.New(), Hash(1), firstMayEnter: true, Now, None);
        var added = await AtOnceAsync(async (engines, number) =>
        {
            var certificate = new IssuedCertificate("0a", CertificateKind.Identity, device.User, device.Device, [(byte)number], Now, Now.AddDays(1), Now);
            return (await Record.ExceptionAsync(() => engines.Store.AddCertificateAsync(certificate, None)), Number: number);
        });
        var winner = Assert.Single(added, static one => one.Item1 is null).Number;
        Assert.All(added.Where(one => one.Number != winner), static one => Assert.IsType<InvalidOperationException>(one.Item1));
        Assert.Equal([(byte)winner], (await _servers[1].Store.FindDeviceAsync(device.Device, None))!.IdentityCertificate!);
    }

    [Fact]
    public async Task AddAccount_SameName_SucceedsOnce_AndFailuresAddUp()
    {
        var added = await AtOnceAsync((engines, number) => engines.Directory.AddAsync(new NewAccount("ada", $"correct horse {number}", "", null), None));
        Assert.Single(added, static outcome => outcome is AddOutcome.Added);
        for (var i = 0; i < 10; i++) await Task.WhenAll(_servers.Select(static engines => engines.Directory.BindAsync("ada", "wrong", None)));
        Assert.IsType<BindOutcome.Locked>(await _servers[0].Directory.BindAsync("ada", "wrong", None));
        Assert.IsType<BindOutcome.Locked>(await _servers[1].Directory.BindAsync("ada", "wrong", None));
    }

    /// <summary>Several times on each server.</summary>
    private Task<T[]> AtOnceAsync<T>(Func<PostgresEngines, int, Task<T>> action) =>
        Task.WhenAll(Enumerable.Range(0, Each * _servers.Length).Select(number => Task.Run(() => action(_servers[number % _servers.Length], number))));

    private static Digest Hash(int number) => Digest.Sha256(BitConverter.GetBytes(number));
}
