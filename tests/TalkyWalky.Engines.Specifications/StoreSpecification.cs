using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every store does.</summary>
public abstract class StoreSpecification : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Digest Issuer = Digest.Sha256("an issuing CA's key"u8);

    /// <summary>A store with nothing in it.</summary>
    protected abstract Task<IStore> StartAsync();

    protected abstract Task<IStore> RestartAsync();

    protected abstract Task StopAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => StopAsync();

    [Theory]
    [InlineData(true, DeviceState.Active)]
    [InlineData(false, DeviceState.Pending)]
    public async Task AddDevice_FirstEver_IsActiveWhereItMayEnter(bool mayEnter, DeviceState expected)
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), mayEnter, Now, None);
        Assert.Equal(expected, device.State);
        Assert.Equal(Now, device.AddedAt);
        Assert.Null(device.LoginAt);
        Assert.Equal(device, await store.FindDeviceAsync(device.Device, None));
    }

    [Fact]
    public async Task AddDevice_Second_IsPending()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var first = await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        var second = await store.AddDeviceAsync(user, Key(2), firstMayEnter: true, Now.AddMinutes(1), None);
        Assert.Equal(DeviceState.Pending, second.State);
        Assert.Equal([first, second], await store.DevicesOfAsync(user, None));
    }

    [Fact]
    public async Task AddDevice_SameKeyAgain_FindsTheSameDevice()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var first = await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        Assert.Equal(first, await store.AddDeviceAsync(user, Key(1), firstMayEnter: false, Now.AddDays(1), None));
    }

    [Fact]
    public async Task AddDevice_PendingAgainWithTheRightToEnter_BecomesActive()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var pending = await store.AddDeviceAsync(user, Key(1), firstMayEnter: false, Now, None);
        var active = await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        Assert.Equal(pending with { State = DeviceState.Active }, active);
    }

    [Fact]
    public async Task AddDevice_ManyAtOnce_LetsOneEnter()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.AddDeviceAsync(user, Key(i), firstMayEnter: true, Now, None)));
        Assert.Single(added, device => device.State == DeviceState.Active);
    }

    [Fact]
    public async Task FindDevice_Unknown_IsNull()
    {
        var store = await StartAsync();
        Assert.Null(await store.FindDeviceAsync(DeviceId.New(), None));
        Assert.Empty(await store.DevicesOfAsync(UserId.New(), None));
    }

    [Fact]
    public async Task AddCertificate_BecomesTheCurrentOneOfItsKind()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        Assert.False(device.IsListed);
        await store.AddCertificateAsync(Certificate("0a", CertificateKind.Identity, device, 1), None);
        await store.AddCertificateAsync(Certificate("0b", CertificateKind.Encryption, device, 2), None);
        await store.AddCertificateAsync(Certificate("0c", CertificateKind.Encryption, device, 3), None);
        store = await RestartAsync();
        var found = await store.FindDeviceAsync(device.Device, None);
        Assert.True(found!.IsListed);
        Assert.Equal([1], found.IdentityCertificate);
        Assert.Equal([3], found.EncryptionCertificate);
    }

    [Fact]
    public async Task People_PagesThroughThoseWithADeviceThatIsNotRevoked()
    {
        var store = await StartAsync();
        var people = Enumerable.Range(0, 7).Select(static _ => UserId.New()).Order().ToList();
        foreach (var (number, user) in people.Index()) await store.AddDeviceAsync(user, Key(10 + number), firstMayEnter: true, Now, None);
        await store.AddDeviceAsync(people[0], Key(2), firstMayEnter: true, Now, None);
        var gone = await store.AddDeviceAsync(UserId.New(), Key(3), firstMayEnter: true, Now, None);
        await store.RevokeDeviceAsync(gone.Device, X509RevocationReason.Unspecified, Now, None);

        var read = new List<UserId>();
        for (UserId? after = null; await store.PeopleAsync(after, 3, None) is { Count: > 0 } page; after = read[^1])
        {
            Assert.InRange(page.Count, 1, 3);
            read.AddRange(page);
        }

        Assert.Equal(people, read);
    }

    [Fact]
    public async Task FindCertificate_ReturnsWhatWasAdded()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        var certificate = Certificate("7f", CertificateKind.Identity, device, 9);
        var server = certificate with { Serial = "80", Kind = CertificateKind.Server, User = null, Device = null };
        await store.AddCertificateAsync(certificate, None);
        await store.AddCertificateAsync(server, None);
        Assert.Equivalent(certificate, await store.FindCertificateAsync("7f", None), strict: true);
        Assert.Equivalent(server, await store.FindCertificateAsync("80", None), strict: true);
        Assert.Null(await store.FindCertificateAsync("81", None));
    }

    [Fact]
    public async Task Certificates_PagesThroughEveryonesOrOnePersons()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        var other = await store.AddDeviceAsync(UserId.New(), Key(2), firstMayEnter: true, Now, None);
        foreach (var serial in (string[])["0d", "0a", "0c"]) await store.AddCertificateAsync(Certificate(serial, CertificateKind.Encryption, device, 1), None);
        await store.AddCertificateAsync(Certificate("0b", CertificateKind.Identity, other, 2), None);
        await store.AddCertificateAsync(Certificate("0e", CertificateKind.Server, other, 3) with { User = null, Device = null }, None);
        async Task<IEnumerable<string>> ReadAsync(UserId? user, string? after, int limit) => (await store.CertificatesAsync(user, after, limit, None)).Select(static one => one.Serial);
        Assert.Equal(["0a", "0b", "0c", "0d", "0e"], await ReadAsync(null, null, 9));
        Assert.Equal(["0c", "0d"], await ReadAsync(null, "0b", 2));
        Assert.Equal(["0a", "0c", "0d"], await ReadAsync(device.User, null, 9));
        Assert.Equal(["0d"], await ReadAsync(device.User, "0c", 9));
        Assert.Equivalent(await store.FindCertificateAsync("0b", None), Assert.Single(await store.CertificatesAsync(other.User, null, 9, None)), strict: true);
    }

    [Fact]
    public async Task AddCertificate_SerialSeenBefore_FailsAndChangesNothing()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        await store.AddCertificateAsync(Certificate("01", CertificateKind.Identity, device, 1), None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.AddCertificateAsync(Certificate("01", CertificateKind.Identity, device, 2), None));
        Assert.Equal([1], (await store.FindDeviceAsync(device.Device, None))!.IdentityCertificate);
    }

    [Fact]
    public async Task RedeemInvitation_ManyAtOnce_WorksOnce()
    {
        var store = await StartAsync();
        await store.AddInvitationAsync(new Invitation(Key(1), null, Now, Now.AddDays(1)), None);
        var redeemed = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => store.RedeemInvitationAsync(Key(1), $"user{i}", Now, None)));
        Assert.Single(redeemed, used => used);
    }

    [Fact]
    public async Task RedeemInvitation_ForAnotherNameUnknownOrExpired_IsFalse()
    {
        var store = await StartAsync();
        await store.AddInvitationAsync(new Invitation(Key(1), "bob", Now, Now.AddDays(1)), None);
        Assert.False(await store.RedeemInvitationAsync(Key(1), "eve", Now, None));
        Assert.False(await store.RedeemInvitationAsync(Key(2), "bob", Now, None));
        Assert.False(await store.RedeemInvitationAsync(Key(1), "bob", Now.AddDays(1), None));
        Assert.True(await store.RedeemInvitationAsync(Key(1), "bob", Now, None));
        store = await RestartAsync();
        Assert.False(await store.RedeemInvitationAsync(Key(1), "bob", Now, None));
    }

    [Fact]
    public async Task ReturnInvitation_WorksOnceMore()
    {
        var store = await StartAsync();
        await store.AddInvitationAsync(new Invitation(Key(1), "bob", Now, Now.AddDays(1)), None);
        Assert.True(await store.RedeemInvitationAsync(Key(1), "bob", Now, None));
        await store.ReturnInvitationAsync(Key(1), None);
        await store.ReturnInvitationAsync(Key(2), None); // unknown
        Assert.False(await store.RedeemInvitationAsync(Key(1), "eve", Now, None));
        Assert.True(await store.RedeemInvitationAsync(Key(1), "bob", Now, None));
        Assert.False(await store.RedeemInvitationAsync(Key(1), "bob", Now, None));
    }

    [Fact]
    public async Task AdvanceGeneration_KeepsTheHighestAndReturnsTheOneBefore()
    {
        var store = await StartAsync();
        var device = (await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None)).Device;
        Assert.Equal(0UL, await store.AdvanceGenerationAsync(device, 5, None));
        Assert.Equal(5UL, await store.AdvanceGenerationAsync(device, 3, None));
        Assert.Equal(5UL, await store.AdvanceGenerationAsync(device, ulong.MaxValue, None));
        store = await RestartAsync();
        Assert.Equal(ulong.MaxValue, await store.AdvanceGenerationAsync(device, 6, None));
    }

    [Fact]
    public async Task LastSeen_KeepsTheLatestOfEach()
    {
        var store = await StartAsync();
        var (one, other) = (UserId.New(), UserId.New());
        await store.SetLastSeenAsync(one, Now, None);
        await store.SetLastSeenAsync(one, Now.AddMinutes(1), None);
        await store.SetLastSeenAsync(one, Now, None);
        var seen = await store.LastSeenAsync([one, other], None);
        Assert.Equal(Now.AddMinutes(1), Assert.Single(seen).Value);
    }

    [Fact]
    public async Task SetLogin_StandsInTheRecord()
    {
        var store = await StartAsync();
        var device = (await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None)).Device;
        await store.SetLoginAsync(device, Now.AddHours(1), None);
        Assert.Equal(Now.AddHours(1), (await store.FindDeviceAsync(device, None))!.LoginAt);
    }

    [Fact]
    public async Task ApproveDevice_Pending_BecomesActiveWithItsApproval()
    {
        var store = await StartAsync();
        var user = UserId.New();
        await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        var device = (await store.AddDeviceAsync(user, Key(2), firstMayEnter: true, Now, None)).Device;
        Assert.True(await store.ApproveDeviceAsync(device, [1, 2, 3], Now.AddMinutes(1), None));
        store = await RestartAsync();
        var found = await store.FindDeviceAsync(device, None);
        Assert.Equal(DeviceState.Active, found!.State);
        Assert.Equal([1, 2, 3], found.Approval);
        Assert.False(await store.ApproveDeviceAsync(device, approval: null, Now, None));
        Assert.False(await store.ApproveDeviceAsync(DeviceId.New(), approval: null, Now, None));
    }

    [Fact]
    public async Task ApproveDevice_ByAnAdministrator_HasNoApproval()
    {
        var store = await StartAsync();
        var device = (await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: false, Now, None)).Device;
        Assert.True(await store.ApproveDeviceAsync(device, approval: null, Now, None));
        Assert.Equal((DeviceState.Active, null), await store.FindDeviceAsync(device, None) is { } found ? (found.State, found.Approval) : default);
    }

    [Fact]
    public async Task ApproveDevice_FirstEver_LeavesNoRightToEnterBehind()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var first = (await store.AddDeviceAsync(user, Key(1), firstMayEnter: false, Now, None)).Device;
        await store.ApproveDeviceAsync(first, approval: null, Now, None);
        Assert.Equal(DeviceState.Pending, (await store.AddDeviceAsync(user, Key(2), firstMayEnter: true, Now, None)).State);
    }

    [Fact]
    public async Task RevokeDevice_IsForGood()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var device = (await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None)).Device;
        Assert.True(await store.RevokeDeviceAsync(device, X509RevocationReason.Unspecified, Now.AddDays(1), None));
        Assert.False(await store.RevokeDeviceAsync(device, X509RevocationReason.Unspecified, Now.AddDays(2), None));
        Assert.False(await store.ApproveDeviceAsync(device, approval: null, Now, None));
        Assert.False(await store.SuspendDeviceAsync(device, None));
        Assert.False(await store.RevokeDeviceAsync(DeviceId.New(), X509RevocationReason.Unspecified, Now, None));
        store = await RestartAsync();
        var found = await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        Assert.Equal((DeviceState.Revoked, Now.AddDays(1)), (found.State, found.RevokedAt));
        Assert.False(found.IsListed);
    }

    [Fact]
    public async Task RevokeDevice_RevokesEveryCertificateThatItEverHad()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        var other = await store.AddDeviceAsync(UserId.New(), Key(2), firstMayEnter: true, Now, None);
        foreach (var serial in (string[])["0a", "0b"]) await store.AddCertificateAsync(Certificate(serial, CertificateKind.Encryption, device, 1), None);
        await store.AddCertificateAsync(Certificate("0c", CertificateKind.Encryption, other, 1), None);
        await store.RevokeCertificateAsync("0a", X509RevocationReason.Superseded, Now.AddMinutes(1), None);
        await store.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, Now.AddMinutes(2), None);
        store = await RestartAsync();
        var crl = await store.NextCrlAsync(Issuer, Now, None);
        Assert.Equal(
            [new CertificateRevocation("0a", Now.AddMinutes(1), X509RevocationReason.Superseded), new CertificateRevocation("0b", Now.AddMinutes(2), X509RevocationReason.KeyCompromise)],
            crl.Revocations);
        Assert.Null((await store.FindCertificateAsync("0c", None))!.RevokedAt);
    }

    [Fact]
    public async Task AddCertificate_ToARevokedDevice_IsRevokedFromTheBeginning()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        await store.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, Now.AddMinutes(2), None);
        await store.AddCertificateAsync(Certificate("0a", CertificateKind.Identity, device, 1), None);
        var found = await store.FindCertificateAsync("0a", None);
        Assert.Equal((Now.AddMinutes(2), X509RevocationReason.Unspecified), (found!.RevokedAt, found.RevocationReason));
    }

    [Fact]
    public async Task RevokeCertificate_IsForGoodAndLeavesTheDevice()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        await store.AddCertificateAsync(Certificate("0a", CertificateKind.Identity, device, 1), None);
        Assert.True(await store.RevokeCertificateAsync("0a", X509RevocationReason.Superseded, Now, None));
        Assert.False(await store.RevokeCertificateAsync("0a", X509RevocationReason.KeyCompromise, Now.AddDays(1), None));
        Assert.False(await store.RevokeCertificateAsync("0b", X509RevocationReason.KeyCompromise, Now, None));
        store = await RestartAsync();
        var found = await store.FindCertificateAsync("0a", None);
        Assert.Equal((Now, X509RevocationReason.Superseded), (found!.RevokedAt, found.RevocationReason));
        Assert.Equal(DeviceState.Active, (await store.FindDeviceAsync(device.Device, None))!.State);
    }

    [Fact]
    public async Task NextCrl_NumbersRiseWhoeverAsks()
    {
        var store = await StartAsync();
        var numbers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await store.NextCrlAsync(Issuer, Now, None)).Number));
        Assert.Equal(Enumerable.Range(1, 10).Select(static i => (ulong)i), numbers.Order());
        store = await RestartAsync();
        Assert.Equal(11UL, (await store.NextCrlAsync(Issuer, Now, None)).Number);
    }

    [Fact]
    public async Task NextCrl_LeavesOutWhatHasExpired()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        var certificate = Certificate("0a", CertificateKind.Identity, device, 1);
        await store.AddCertificateAsync(certificate, None);
        await store.RevokeCertificateAsync("0a", X509RevocationReason.Unspecified, Now, None);
        Assert.Single((await store.NextCrlAsync(Issuer, certificate.NotAfter.AddTicks(-1), None)).Revocations);
        Assert.Empty((await store.NextCrlAsync(Issuer, certificate.NotAfter, None)).Revocations);
    }

    [Fact]
    public async Task NextCrl_HasItsIssuersCertificatesAndThoseOfUnknownIssuers()
    {
        var store = await StartAsync();
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        var certificate = Certificate("0a", CertificateKind.Encryption, device, 1);
        await store.AddCertificateAsync(certificate with { Issuer = Issuer }, None);
        await store.AddCertificateAsync(certificate with { Serial = "0b", Issuer = Key(99) }, None);
        await store.AddCertificateAsync(certificate with { Serial = "0c" }, None);
        await store.RevokeDeviceAsync(device.Device, X509RevocationReason.Unspecified, Now, None);
        store = await RestartAsync();
        Assert.Equal(Issuer, (await store.FindCertificateAsync("0a", None))!.Issuer);
        Assert.Null((await store.FindCertificateAsync("0c", None))!.Issuer);
        Assert.Equal(["0a", "0c"], (await store.NextCrlAsync(Issuer, Now, None)).Revocations.Select(static one => one.Serial));
        Assert.Equal(["0b", "0c"], (await store.NextCrlAsync(Key(99), Now, None)).Revocations.Select(static one => one.Serial));
    }

    [Fact]
    public async Task Issuers_CountWhatIsNeitherExpiredNorRevoked()
    {
        var store = await StartAsync();
        Assert.Empty(await store.IssuersAsync(Now, None));
        var device = await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None);
        var certificate = Certificate("0a", CertificateKind.Encryption, device, 1) with { Issuer = Issuer };
        var later = certificate.NotAfter.AddDays(1);
        await store.AddCertificateAsync(certificate, None);
        await store.AddCertificateAsync(certificate with { Serial = "0b", NotAfter = later }, None);
        await store.AddCertificateAsync(certificate with { Serial = "0c", Issuer = null }, None);
        await store.AddCertificateAsync(certificate with { Serial = "0d", Kind = CertificateKind.Responder, Issuer = Key(99), User = null, Device = null }, None);
        await store.RevokeCertificateAsync("0b", X509RevocationReason.Superseded, Now, None);
        store = await RestartAsync();
        Assert.Equal(
            new[] { new IssuerUse(null, 1, certificate.NotAfter), new IssuerUse(Issuer, 1, later) }.ToHashSet(), (await store.IssuersAsync(Now, None)).ToHashSet());
        Assert.Equal(new IssuerUse(Issuer, 0, later), Assert.Single(await store.IssuersAsync(certificate.NotAfter, None)));
        Assert.Empty(await store.IssuersAsync(later, None));
    }

    [Fact]
    public async Task RemoveCrl_ThatOneIsGivenToNobody()
    {
        var store = await StartAsync();
        await store.SaveCrlAsync(new PublishedCrl(Key(1), 5, [5]), None);
        await store.SaveCrlAsync(new PublishedCrl(Key(2), 6, [6]), None);
        await store.RemoveCrlAsync(Key(1), None);
        store = await RestartAsync();
        Assert.Equal(Key(2), Assert.Single(await store.CrlsAsync(None)).Issuer);
    }

    [Fact]
    public async Task SaveCrl_KeepsTheHighestNumberOfEachIssuer()
    {
        var store = await StartAsync();
        Assert.Empty(await store.CrlsAsync(None));
        Assert.True(await store.SaveCrlAsync(new PublishedCrl(Key(1), 5, [5]), None));
        Assert.True(await store.SaveCrlAsync(new PublishedCrl(Key(2), 1, [1]), None));
        Assert.False(await store.SaveCrlAsync(new PublishedCrl(Key(1), 4, [4]), None));
        Assert.False(await store.SaveCrlAsync(new PublishedCrl(Key(1), 5, [55]), None));
        Assert.True(await store.SaveCrlAsync(new PublishedCrl(Key(1), 7, [7]), None));
        store = await RestartAsync();
        Assert.Equal(
            new[] { (Key(1), 7UL, 7), (Key(2), 1UL, 1) }.OrderBy(static one => one.Item1),
            (await store.CrlsAsync(None)).Select(static crl => (crl.Issuer, crl.Number, (int)Assert.Single(crl.Der))));
    }

    [Fact]
    public async Task RevokeDevice_FirstEver_LeavesNoRightToEnterBehind()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var first = (await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None)).Device;
        await store.RevokeDeviceAsync(first, X509RevocationReason.Unspecified, Now, None);
        Assert.Equal(DeviceState.Pending, (await store.AddDeviceAsync(user, Key(2), firstMayEnter: true, Now, None)).State);
    }

    [Fact]
    public async Task SuspendDevice_Active_WaitsForApprovalAsTheSameDevice()
    {
        var store = await StartAsync();
        var user = UserId.New();
        var device = await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None);
        await store.AddCertificateAsync(Certificate("0a", CertificateKind.Identity, device, 1), None);
        await store.AddCertificateAsync(Certificate("0b", CertificateKind.Encryption, device, 2), None);
        Assert.True(await store.SuspendDeviceAsync(device.Device, None));
        Assert.False(await store.SuspendDeviceAsync(device.Device, None));
        Assert.Equal(device with { State = DeviceState.Pending }, await store.AddDeviceAsync(user, Key(1), firstMayEnter: true, Now, None));
        Assert.NotNull(await store.FindCertificateAsync("0a", None));
        Assert.True(await store.ApproveDeviceAsync(device.Device, [9], Now, None));
        Assert.Equal(DeviceState.Active, (await store.FindDeviceAsync(device.Device, None))!.State);
    }

    [Fact]
    public async Task NameDevice_StandsInTheRecordUntilTakenAway()
    {
        var store = await StartAsync();
        var device = (await store.AddDeviceAsync(UserId.New(), Key(1), firstMayEnter: true, Now, None)).Device;
        Assert.Null((await store.FindDeviceAsync(device, None))!.Name);
        Assert.True(await store.NameDeviceAsync(device, "Büro-Laptop", None));
        store = await RestartAsync();
        Assert.Equal("Büro-Laptop", (await store.FindDeviceAsync(device, None))!.Name);
        Assert.True(await store.NameDeviceAsync(device, name: null, None));
        Assert.Null((await store.FindDeviceAsync(device, None))!.Name);
        Assert.False(await store.NameDeviceAsync(DeviceId.New(), "x", None));
    }

    [Fact]
    public async Task Check_Running_Completes()
    {
        var store = await StartAsync();
        await store.CheckAsync(None);
    }

    private static Digest Key(int number) => Digest.Sha256(BitConverter.GetBytes(number));

    private static IssuedCertificate Certificate(string serial, CertificateKind kind, DeviceRecord device, byte content) =>
        new(serial, kind, device.User, device.Device, [content], Now, Now.AddDays(90), Now);
}
