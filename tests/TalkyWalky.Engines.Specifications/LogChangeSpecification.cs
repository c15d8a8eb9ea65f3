using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every store notes for the transparency log, and when.</summary>
public abstract class LogChangeSpecification : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly UserId Ada = UserId.New();

    private IStore _store = null!;
    private ILogStore _log = null!;
    private long _last;

    /// <summary>Engines with nothing in them.</summary>
    protected abstract Task<(IStore Store, ILogStore Log)> StartAsync();

    protected abstract Task<(IStore Store, ILogStore Log)> RestartAsync();

    /// <summary>Restarts with a database as it was before there was a log.</summary>
    protected abstract Task<(IStore Store, ILogStore Log)> UpgradeAsync();

    protected abstract Task StopAsync();

    public async Task InitializeAsync() => (_store, _log) = await StartAsync();

    public Task DisposeAsync() => StopAsync();

    [Fact]
    public async Task AddDevice_WhenItIsNewOrBecomesActive_NotesDevicesOnce()
    {
        await _store.AddDeviceAsync(Ada, Hash(1), firstMayEnter: false, Now, None);
        await ExpectAsync(OfAda);
        await _store.AddDeviceAsync(Ada, Hash(1), firstMayEnter: false, Now, None);
        await ExpectAsync();
        await _store.AddDeviceAsync(Ada, Hash(1), firstMayEnter: true, Now, None);
        await ExpectAsync(OfAda);
        await _store.AddDeviceAsync(Ada, Hash(1), firstMayEnter: true, Now, None);
        await ExpectAsync();
        await _store.AddDeviceAsync(Ada, Hash(2), firstMayEnter: true, Now, None);
        await ExpectAsync(OfAda);
    }

    [Fact]
    public async Task ApproveDevice_WithAToken_NotesTheApprovalToo()
    {
        await AddAsync(1);
        var (second, third) = (await AddAsync(2), await AddAsync(3));
        Assert.True(await _store.ApproveDeviceAsync(second.Device, [1], Now, None));
        await ExpectAsync((LogChangeKind.Approval, second.Device.ToString()), OfAda);
        Assert.False(await _store.ApproveDeviceAsync(second.Device, [1], Now, None));
        await ExpectAsync();
        Assert.True(await _store.ApproveDeviceAsync(third.Device, approval: null, Now, None));
        await ExpectAsync(OfAda);
    }

    [Theory]
    [InlineData(CertificateKind.Identity)]
    [InlineData(CertificateKind.Encryption)]
    public async Task AddCertificate_OfADevice_NotesItAndDevices(CertificateKind kind)
    {
        await IssueAsync("0a", kind, await AddAsync(1));
        await ExpectAsync((LogChangeKind.Certificate, "0a"), OfAda);
    }

    [Theory]
    [InlineData(CertificateKind.Server)]
    [InlineData(CertificateKind.Responder)]
    [InlineData(CertificateKind.Introducer)]
    public async Task AddCertificate_OfAServer_NotesItAlone(CertificateKind kind)
    {
        await IssueAsync("0a", kind, device: null);
        await ExpectAsync((LogChangeKind.Certificate, "0a"));
    }

    [Fact]
    public async Task AddCertificate_RevokedFromTheBeginning_NotesTheRevocation()
    {
        var device = await AddAsync(1);
        await _store.RevokeDeviceAsync(device.Device, X509RevocationReason.Unspecified, Now, None);
        await ExpectAsync(OfAda);
        await IssueAsync("0a", CertificateKind.Identity, device);
        await ExpectAsync((LogChangeKind.Certificate, "0a"), (LogChangeKind.Revocation, "0a"), OfAda);
    }

    [Fact]
    public async Task AddCertificate_Refused_NotesNothing()
    {
        var device = await AddAsync(1);
        await IssueAsync("0a", CertificateKind.Identity, device);
        await ExpectAsync((LogChangeKind.Certificate, "0a"), OfAda);
        await Assert.ThrowsAsync<InvalidOperationException>(() => IssueAsync("0a", CertificateKind.Encryption, device));
        await Assert.ThrowsAsync<InvalidOperationException>(() => IssueAsync("0b", CertificateKind.Identity, device with { Device = DeviceId.New() }));
        await ExpectAsync();
        Assert.Null(await _store.FindCertificateAsync("0b", None));
    }

    [Fact]
    public async Task RevokeCertificate_NotesItOnce()
    {
        await IssueAsync("0a", CertificateKind.Encryption, await AddAsync(1));
        await IssueAsync("0b", CertificateKind.Server, device: null);
        await ForgetAsync();
        foreach (var serial in new[] { "0a", "0b", "0a", "0c" }) await _store.RevokeCertificateAsync(serial, X509RevocationReason.KeyCompromise, Now, None);
        await ExpectAsync((LogChangeKind.Revocation, "0a"), OfAda, (LogChangeKind.Revocation, "0b"));
    }

    [Fact]
    public async Task RevokeDevice_NotesEveryCertificateThatBecomesRevokedByIt()
    {
        var device = await AddAsync(1);
        await IssueAsync("0c", CertificateKind.Identity, device);
        await IssueAsync("0a", CertificateKind.Encryption, device);
        await IssueAsync("0b", CertificateKind.Encryption, device);
        await _store.RevokeCertificateAsync("0a", X509RevocationReason.Superseded, Now, None);
        await ForgetAsync();
        Assert.True(await _store.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, Now, None));
        await ExpectAsync((LogChangeKind.Revocation, "0b"), (LogChangeKind.Revocation, "0c"), OfAda);
        Assert.False(await _store.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, Now, None));
        await ExpectAsync();
    }

    [Fact]
    public async Task SuspendDevice_NotesDevices()
    {
        var device = await AddAsync(1);
        Assert.True(await _store.SuspendDeviceAsync(device.Device, None));
        await ExpectAsync(OfAda);
        Assert.False(await _store.SuspendDeviceAsync(device.Device, None));
        await ExpectAsync();
    }

    [Fact]
    public async Task AppendCommit_NotesRoomAndEpoch()
    {
        Assert.True(await CommitAsync(1, 1));
        Assert.True(await CommitAsync(1, 2));
        Assert.False(await CommitAsync(1, 2));
        Assert.True(await CommitAsync(2, 2));
        await ExpectAsync((LogChangeKind.Commit, $"{Hash(1)}/1"), (LogChangeKind.Commit, $"{Hash(1)}/2"), (LogChangeKind.Commit, $"{Hash(2)}/2"));
    }

    [Fact]
    public async Task OtherMutations_NoteNothing()
    {
        var device = await AddAsync(1);
        await _store.SetLoginAsync(device.Device, Now, None);
        await _store.NameDeviceAsync(device.Device, "laptop", None);
        await _store.AdvanceGenerationAsync(device.Device, 7, None);
        await _store.SetLastSeenAsync(Ada, Now, None);
        await _store.SetProfileAsync(Ada, 1, [1], None);
        await _store.NextCrlAsync(Hash(1), Now, None);
        await _store.AddInvitationAsync(new Invitation(Hash(1), null, Now, Now.AddDays(1)), None);
        await ExpectAsync();
    }

    [Fact]
    public async Task Changes_ForgottenUpToAnId_KeepTheOthersAndNeverGiveAnIdTwice()
    {
        for (var epoch = 1ul; epoch <= 5; epoch++) await CommitAsync(1, epoch);
        var changes = await _log.ChangesAsync(3, None);
        Assert.Equal([1, 2, 3], changes.Select(static change => int.Parse(change.Key[^1..], null)));
        Assert.False(await ForgetAsync(changes[1].Id, size: 1));
        Assert.Equal(5, (await _log.ChangesAsync(10, None)).Count);
        Assert.True(await ForgetAsync(changes[1].Id, size: 0));
        (_store, _log) = await RestartAsync();
        var left = await _log.ChangesAsync(10, None);
        Assert.Equal([3, 4, 5], left.Select(static change => int.Parse(change.Key[^1..], null)));
        await ForgetAsync();
        (_store, _log) = await RestartAsync();
        await CommitAsync(1, 6);
        Assert.True(Assert.Single(await _log.ChangesAsync(10, None)).Id > left[^1].Id);
    }

    [Fact]
    public async Task Changes_ManyAtOnce_AreReadWithoutMissingOne()
    {
        const int writers = 8, each = 25;
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(room => Task.Run(async () =>
        {
            for (var epoch = 1ul; epoch <= each; epoch++) Assert.True(await CommitAsync(room, epoch));
        })));
        var read = new List<string>();
        while (!writing.IsCompleted || (await _log.ChangesAsync(1, None)).Count > 0)
        {
            var changes = await _log.ChangesAsync(7, None);
            read.AddRange(changes.Select(static change => change.Key));
            if (changes.Count > 0) Assert.True(await ForgetAsync(changes[^1].Id, size: 0));
        }

        await writing;
        var expected = Enumerable.Range(0, writers).SelectMany(room => Enumerable.Range(1, each).Select(epoch => $"{Hash(room)}/{epoch}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        foreach (var room in read.GroupBy(static key => key[..64], StringComparer.Ordinal)) Assert.Equal(Enumerable.Range(1, each), room.Select(static key => int.Parse(key[65..], null)));
    }

    [Fact]
    public async Task Upgrade_NotesEverythingThatHappenedBefore()
    {
        var (first, second) = (await AddAsync(1), await AddAsync(2));
        await _store.ApproveDeviceAsync(second.Device, [1], Now, None);
        var bob = await _store.AddDeviceAsync(UserId.New(), Hash(3), firstMayEnter: false, Now, None);
        await IssueAsync("0b", CertificateKind.Identity, first, Now.AddHours(2));
        await IssueAsync("0a", CertificateKind.Encryption, first, Now.AddHours(1));
        await IssueAsync("0c", CertificateKind.Server, device: null);
        await _store.RevokeCertificateAsync("0c", X509RevocationReason.Superseded, Now, None);
        foreach (var (room, epoch) in new[] { (1, 1ul), (1, 2ul) }) await CommitAsync(room, epoch);
        for (var epoch = 2ul; epoch <= 11; epoch++) await CommitAsync(2, epoch);
        await ForgetAsync();

        (_store, _log) = await UpgradeAsync();
        _last = 0;
        await ExpectAsync(
        [
            (LogChangeKind.Certificate, "0c"), (LogChangeKind.Certificate, "0a"), (LogChangeKind.Certificate, "0b"),
            (LogChangeKind.Revocation, "0c"),
            .. new[] { (Room: Hash(1), First: 1, Count: 2), (Room: Hash(2), First: 2, Count: 10) }.OrderBy(static one => one.Room)
                .SelectMany(static one => Enumerable.Range(one.First, one.Count).Select(epoch => (LogChangeKind.Commit, $"{one.Room}/{epoch}"))),
            (LogChangeKind.Approval, second.Device.ToString()),
            .. new[] { Ada, bob.User }.Order().Select(static user => (LogChangeKind.Devices, user.ToString())),
        ]);
        await _store.SuspendDeviceAsync(first.Device, None);
        await ExpectAsync(OfAda);
    }

    [Fact]
    public async Task Upgrade_OfNothing_NotesNothing()
    {
        (_store, _log) = await UpgradeAsync();
        await ExpectAsync();
        await CommitAsync(1, 1);
        await ExpectAsync((LogChangeKind.Commit, $"{Hash(1)}/1"));
    }

    private static (LogChangeKind Kind, string Key) OfAda => (LogChangeKind.Devices, Ada.ToString());

    /// <summary>Exactly these, with rising ids; forgets them.</summary>
    private async Task ExpectAsync(params (LogChangeKind Kind, string Key)[] expected)
    {
        var changes = await _log.ChangesAsync(1000, None);
        Assert.Equal(expected, changes.Select(static change => (change.Kind, change.Key)));
        foreach (var change in changes)
        {
            Assert.True(change.Id > _last);
            _last = change.Id;
        }

        await ForgetAsync();
    }

    private async Task ForgetAsync()
    {
        if (await _log.ChangesAsync(1000, None) is [.., var last]) Assert.True(await ForgetAsync(last.Id, size: 0));
        Assert.Empty(await _log.ChangesAsync(1, None));
    }

    private Task<bool> ForgetAsync(long through, ulong size) => _log.AppendAsync(size, new LogBatch([], [], [], through), None);

    private async Task<DeviceRecord> AddAsync(int key)
    {
        var device = await _store.AddDeviceAsync(Ada, Hash(key), firstMayEnter: true, Now, None);
        await ForgetAsync();
        return device;
    }

    private Task IssueAsync(string serial, CertificateKind kind, DeviceRecord? device, DateTimeOffset? at = null) =>
        _store.AddCertificateAsync(new IssuedCertificate(serial, kind, device?.User, device?.Device, [1], Now, Now.AddDays(30), at ?? Now), None);

    private Task<bool> CommitAsync(int room, ulong epoch) => _store.AppendCommitAsync(
        new RoomCommit(new RoomRecord(new ConversationId(Hash(room)), epoch, Hash(7), "room", "", IsOpen: true, IsClosed: false, Members: 1, Ada), [(byte)epoch], [Ada], []), None);

    private static Digest Hash(int number) => Digest.Sha256(BitConverter.GetBytes(number));
}
