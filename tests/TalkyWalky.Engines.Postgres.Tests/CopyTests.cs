using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Copying;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Engines.Embedded.Copying;
using TalkyWalky.Engines.Postgres.Copying;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Tests;

/// <summary>Stores copied from SQLite to PostgreSQL and back.</summary>
[Collection(Shared.Name)]
public sealed class CopyTests(RealPostgres server) : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero).AddTicks(4567);
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TestDatabase _database = new(server);
    private readonly TempFolder _folder = new();

    public Task InitializeAsync() => _database.CreateAsync();

    public Task DisposeAsync() => _database.DeleteAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Copy_ThereAndBack_IsTheSameToTheBit()
    {
        var (user, device) = await FillAsync(_folder["from.db"]);
        var there = await CopyAsync(toPostgres: true, _folder["from.db"]);
        Assert.All(there, static table => Assert.True(table.IsSame && table.From.Rows > 0, $"{table}"));

        await using (var engines = await EmbeddedEngines.OpenAsync(_folder["to.db"], Small, TimeProvider.System, None)) Assert.Empty(await engines.Store.PeopleAsync(null, 1, None));
        var back = await CopyAsync(toPostgres: false, _folder["to.db"]);
        Assert.Equal(there.Select(static table => table.To), back.Select(static table => table.From));
        Assert.All(back, static table => Assert.True(table.IsSame, $"{table}"));

        var postgres = await _database.OpenAsync();
        var changes = await postgres.Log.ChangesAsync(1000, None);
        await postgres.Store.SuspendDeviceAsync(device, None);
        Assert.True((await postgres.Log.ChangesAsync(1000, None))[^1].Id > changes[^1].Id);
        Assert.Equal((256ul, 2ul), (await postgres.Log.SizeAsync(None), (await postgres.Log.UserStatementsAsync([user], None))[user].Head!.Seq));
        Assert.Equal(ulong.MaxValue, await postgres.Store.AdvanceGenerationAsync(device, 1, None));
        Assert.Equal(Now, (await postgres.Store.LastSeenAsync([user], None))[user]);
        Assert.IsType<BindOutcome.Bound>(await postgres.Directory.BindAsync("ada", "Correct horse battery 9", None));
        Assert.IsType<BindOutcome.Locked>(await postgres.Directory.BindAsync("eve", "guess", None));
    }

    [Fact]
    public async Task Copy_IntoAStoreThatHoldsSomething_ChangesNothing()
    {
        await FillAsync(_folder["from.db"]);
        var engines = await _database.OpenAsync();
        await engines.Store.SetLastSeenAsync(UserId.New(), Now, None);
        await engines.DisposeAsync();
        var refused = await Assert.ThrowsAsync<EngineException>(() => CopyAsync(toPostgres: true, _folder["from.db"]));
        Assert.Contains("rows in the table presence", refused.Message, StringComparison.Ordinal);
        Assert.Equal("0", await _database.QueryAsync("SELECT count(*) FROM device"));
    }

    [Fact]
    public async Task Copy_WhatComesOutDiffers_IsSeenAndNotKept()
    {
        await FillAsync(_folder["from.db"]);
        await using (var from = EmbeddedCopy.Open(_folder["from.db"]))
        await using (var to = new Forgetful(await PostgresCopy.OpenAsync(_database.Options, None)))
        {
            var copied = await StoreCopier.CopyAsync(from, to, static (_, _) => { }, None);
            Assert.Equal(["room_commit"], copied.Where(static table => !table.IsSame).Select(static table => table.Name));
        }

        Assert.Equal("0", await _database.QueryAsync("SELECT count(*) FROM device"));
    }

    [Fact]
    public async Task Open_WhileAServerWorksThere_IsRefused()
    {
        var engines = await _database.OpenAsync();
        await engines.Store.CheckAsync(None);
        var refused = await Assert.ThrowsAsync<EngineException>(() => PostgresCopy.OpenAsync(_database.Options, None));
        Assert.Contains("stop every server that uses it first", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_OfTheDatabase_AreThoseThatAreCopied()
    {
        await _database.OpenAsync();
        var columns = await _database.QueryAsync("SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_version'");
        Assert.Equal(
            StoreTable.All.SelectMany(static table => table.Columns.Select(column => $"{table.Name}.{column.Name}")).Order(StringComparer.Ordinal), columns.Split('\n').Order(StringComparer.Ordinal));
    }

    private static EmbeddedOptions Small => new(MailboxLimits.Default, PasswordIterations: 1000);

    private async Task<IReadOnlyList<CopiedTable>> CopyAsync(bool toPostgres, string file)
    {
        await using var embedded = EmbeddedCopy.Open(file);
        await using var postgres = await PostgresCopy.OpenAsync(_database.Options, None);
        return await StoreCopier.CopyAsync(toPostgres ? embedded : postgres, toPostgres ? postgres : embedded, static (_, _) => { }, None);
    }

    /// <summary>Rows in every table, with what is odd: nulls, other scripts, quotes, empty texts, the highest numbers.</summary>
    private static async Task<(UserId User, DeviceId Device)> FillAsync(string file)
    {
        await using var engines = await EmbeddedEngines.OpenAsync(file, Small, TimeProvider.System, None);
        var store = engines.Store;
        var ada = Assert.IsType<AddOutcome.Added>(await engines.Directory.AddAsync(new NewAccount("ada", "Correct horse battery 9", "Ada \"'; DROP TABLE account;--", null), None)).Account;
        Assert.IsType<AddOutcome.Added>(await engines.Directory.AddAsync(new NewAccount("żółć", "Correct horse battery 9", "", "z@example.org"), None));
        for (var i = 0; i < 20; i++) await engines.Directory.BindAsync("eve", "wrong", None);

        var device = await store.AddDeviceAsync(ada.User, Hash(1), firstMayEnter: true, Now, None);
        var second = await store.AddDeviceAsync(ada.User, Hash(2), firstMayEnter: true, Now, None);
        await store.ApproveDeviceAsync(second.Device, [1, 0, 255], Now, None);
        await store.NameDeviceAsync(second.Device, "Büro 💻", None);
        await store.RevokeDeviceAsync(second.Device, X509RevocationReason.Unspecified, DateTimeOffset.MaxValue, None);
        await store.AdvanceGenerationAsync(device.Device, ulong.MaxValue, None);
        await store.SetLoginAsync(device.Device, Now, None);
        await store.AddCertificateAsync(new IssuedCertificate("0a", CertificateKind.Identity, ada.User, device.Device, new byte[100_000], Now, DateTimeOffset.MaxValue, Now, Issuer: Hash(7)), None);
        await store.AddCertificateAsync(new IssuedCertificate("0B", CertificateKind.Server, null, null, [0], Now, Now, Now), None);
        await store.RevokeCertificateAsync("0B", X509RevocationReason.KeyCompromise, Now, None);
        await store.NextCrlAsync(Hash(7), Now, None);
        await store.SaveCrlAsync(new PublishedCrl(Hash(7), 1, [0, 255]), None);
        await store.AddInvitationAsync(new Invitation(Hash(3), null, Now, Now.AddDays(1)), None);
        await store.AddInvitationAsync(new Invitation(Hash(4), "bob", Now, Now.AddDays(1)), None);
        await store.RedeemInvitationAsync(Hash(4), "bob", Now, None);
        await store.SetLastSeenAsync(ada.User, Now, None);
        await store.SetProfileAsync(ada.User, long.MaxValue, [], None);
        for (var epoch = 1ul; epoch <= 3; epoch++)
        {
            var room = new RoomRecord(new ConversationId(Hash(5)), epoch, Hash(6), "Raum \\ 一", "", IsOpen: epoch == 3, IsClosed: false, Members: 2, ada.User);
            Assert.True(await store.AppendCommitAsync(new RoomCommit(room, [(byte)epoch], [ada.User], epoch == 3 ? [UserId.New()] : []), None));
        }

        await FillLogAsync(engines.Log, ada.User);
        return (ada.User, device.Device);
    }

    private static async Task FillLogAsync(ILogStore log, UserId user)
    {
        ListedLeaf[] lists = [new(user, 1, 0, [Hash(1)]), new(user, 2, 255, [Hash(1), Hash(2)])];
        var leaves = Enumerable.Range(0, 256).Select(static i => new LogLeaf([(byte)i], Hash(i))).ToArray();
        Assert.True(await log.AppendAsync(0, new LogBatch(leaves, [new LogNode(1, 0, Hash(7))], lists, Through: 2), None));
        await log.SetTreeHeadAsync(new LoggedTreeHead(256, [1, 0, 255], [2, 0]), None);
        await log.SetUserHeadsAsync([new SignedUserHead(user, 2, [2], [], Now)], None);
    }

    private static Digest Hash(int number) => Digest.Sha256(BitConverter.GetBytes(number));

    /// <summary>Loses one row of one table on its way.</summary>
    private sealed class Forgetful(IStoreCopy inner) : IStoreCopy
    {
        public IAsyncEnumerable<object?[]> ReadAsync(StoreTable table, CancellationToken cancellation) => inner.ReadAsync(table, cancellation);

        public Task WriteAsync(StoreTable table, IAsyncEnumerable<object?[]> rows, CancellationToken cancellation) =>
            inner.WriteAsync(table, table.Name is "room_commit" ? rows.Skip(1) : rows, cancellation);

        public Task CommitAsync(CancellationToken cancellation) => inner.CommitAsync(cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
