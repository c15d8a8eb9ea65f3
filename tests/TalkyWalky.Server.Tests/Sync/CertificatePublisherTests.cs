using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Server.Sync;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests.Sync;

public sealed class CertificatePublisherTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly CertificateAuthority _authority;

    public CertificatePublisherTests()
    {
        Directory.CreateDirectory(_temp["ca"]);
        _authority = CertificateAuthority.Initialise(_temp["ca"], "Example", "example.org", "a passphrase", KeyPool.Shared, TimeProvider.System.GetUtcNow());
    }

    public void Dispose()
    {
        _authority.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Publish_ActiveDevicesOnly_OfEveryoneAtTheStartAndOfWhoChanges()
    {
        await using var place = await SyncPlace.MakeAsync(people: 2);
        var first = (await place.Store.DevicesOfAsync(place.People[0], default))[0];
        await CertifyAsync(place, first, 1);
        await using (Publisher(place, everyone: true)) await DirectorySyncTests.UntilAsync(() => place.Directory.Published.Count == 2);
        Assert.Equal([1], Assert.Single(place.Directory.Published[place.People[0]]));
        Assert.Empty(place.Directory.Published[place.People[1]]);

        await place.Store.RevokeDeviceAsync(first.Device, X509RevocationReason.Unspecified, DateTimeOffset.UnixEpoch, default);
        await using (var publisher = Publisher(place, everyone: false)) publisher.Publish(place.People[0]); // what waits is done before the end
        Assert.Empty(place.Directory.Published[place.People[0]]);
    }

    [Fact]
    public async Task Publish_DirectoryRefuses_SaysSoOnce()
    {
        await using var place = await SyncPlace.MakeAsync(people: 3);
        place.Directory.Refusal = "the service account may not write userCertificate";
        await using (Publisher(place, everyone: true)) await DirectorySyncTests.UntilAsync(() => place.Log.Lines.Count > 0);
        Assert.Contains("the service account may not write userCertificate", Assert.Single(place.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_DirectoryAwayAtTheEnd_SaysHowManyAreLeft()
    {
        await using var place = await SyncPlace.MakeAsync(people: 3);
        place.Directory.IsAway = true;
        await using (Publisher(place, everyone: true)) await DirectorySyncTests.UntilAsync(() => place.Log.Lines.Count == 1);
        Assert.Contains("3 people", place.Log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsOurs_OwnCertificate_ButNoOther()
    {
        await using var place = await SyncPlace.MakeAsync(people: 1);
        await using (Publisher(place, everyone: true)) await DirectorySyncTests.UntilAsync(() => place.Directory.IsOurs is not null);
        using var key = KeyPool.Shared.CreateRsa(3072);
        var token = _authority.Prepare(DeviceKeyUse.Identity, "ada", UserId.New(), DeviceId.New(), key, TimeProvider.System.GetUtcNow());
        Assert.True(place.Directory.IsOurs!(_authority.Issue(token).Der));
        Assert.False(place.Directory.IsOurs(_authority.Anchor.Der));
        Assert.False(place.Directory.IsOurs(new byte[] { 1, 2, 3 }));
    }

    private CertificatePublisher Publisher(SyncPlace place, bool everyone) => new(place.Directory, place.Store, _authority, everyone, TimeProvider.System, place.Log);

    private static Task CertifyAsync(SyncPlace place, DeviceRecord device, byte der) => place.Store.AddCertificateAsync(
        new IssuedCertificate($"{der:x2}", CertificateKind.Identity, device.User, device.Device, [der], DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch), default);
}
