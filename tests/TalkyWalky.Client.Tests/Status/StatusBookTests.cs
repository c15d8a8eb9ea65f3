using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TalkyWalky.Authority;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Client.Tests.Devices;
using TalkyWalky.Client.Tests.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Tests.Status;

/// <summary>What a device believes of the lists of revoked certificates that a server sends.</summary>
#pragma warning disable CA1001 // the runner calls IAsyncLifetime.DisposeAsync
public sealed class StatusBookTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();
    private readonly MovedClock _clock = new();
    private CertificateAuthority _authority = null!;
    private VerifiedDevice _bob = null!;
    private TestProfile _profile = null!;
    private StatusBook _book = null!;

    public async Task InitializeAsync()
    {
        _authority = NewAuthority("Example");
        using var key = KeyPool.Shared.CreateRsa(3072);
        var signed = _authority.Issue(_authority.Prepare(DeviceKeyUse.Identity, "bob", UserId.New(), DeviceId.New(), key, Now));
        _bob = Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(signed.Der, [_authority.IssuingCertificate], _authority.Anchor, DeviceKeyUse.Identity, Now)).Device;
        _profile = await TestProfile.CreateAsync();
        _book = await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        await _profile.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    [Fact]
    public async Task Of_ListThatIsFresh_IsGoodAsOfIt()
    {
        var signed = Now;
        Assert.IsType<StatusChange.Newer>(await TakeAsync(Crl(1)));
        var good = Assert.IsType<CertificateStatus.Good>(Of());
        Assert.Equal(signed.ToUnixTimeSeconds(), good.AsOf.ToUnixTimeSeconds());
        Assert.Equal(good.AsOf, _book.CheckedAt(_bob));
    }

    [Fact]
    public async Task Of_ListThatNamesIt_IsRevokedHoweverOldTheListIs()
    {
        await TakeAsync(Crl(1, _bob.Serial));
        var at = Assert.IsType<CertificateStatus.Revoked>(Of()).At;
        _clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(at, Assert.IsType<CertificateStatus.Revoked>(Of()).At);
        Assert.Equal(at, _book.RevokedAt(CertificateName.Of(_bob)));
    }

    [Fact]
    public async Task Of_NoList_IsUnknown()
    {
        Assert.Contains("has not sent its list", Unknown(), StringComparison.Ordinal);
        await TakeAsync(Crl(1));
        using var other = NewAuthority("Other");
        using var key = KeyPool.Shared.CreateRsa(3072);
        var signed = other.Issue(other.Prepare(DeviceKeyUse.Identity, "eve", UserId.New(), DeviceId.New(), key, Now));
        var eve = Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(signed.Der, [other.IssuingCertificate], other.Anchor, DeviceKeyUse.Identity, Now)).Device;
        Assert.IsType<CertificateStatus.Unknown>(_book.Of(eve, StatusBook.Fresh));
    }

    [Fact]
    public async Task Of_ListOlderThanAnHour_IsUnknownAndGoodWhereMoreIsAllowed()
    {
        await TakeAsync(Crl(1));
        _clock.Move(TimeSpan.FromMinutes(59));
        Assert.IsType<CertificateStatus.Good>(Of());
        _clock.Move(TimeSpan.FromMinutes(2));
        Assert.Contains("too long ago by this computer's clock", Unknown(), StringComparison.Ordinal);
        Assert.Contains("Check the clock", Unknown(), StringComparison.Ordinal);
        Assert.IsType<CertificateStatus.Good>(_book.Of(_bob, StatusBook.FreshWithoutServer));
    }

    [Fact]
    public async Task Of_AtTheEdgesOfAnHour_CountsToTheSecond()
    {
        var signed = new DateTimeOffset(2028, 2, 29, 23, 30, 0, TimeSpan.Zero);
        await TakeAsync(Crl(1, at: signed));
        async Task<CertificateStatus> AtAsync(TimeSpan after) =>
            (await StatusBook.OpenAsync(_profile.Database, _authority.Anchor, new StillClock(signed + after), None)).Of(_bob, StatusBook.Fresh);
        var second = TimeSpan.FromSeconds(1);
        Assert.IsType<CertificateStatus.Good>(await AtAsync(StatusBook.Fresh));
        Assert.IsType<CertificateStatus.Unknown>(await AtAsync(StatusBook.Fresh + second));
        Assert.IsType<CertificateStatus.Good>(await AtAsync(-RevocationLists.Skew));
        Assert.IsType<CertificateStatus.Unknown>(await AtAsync(-RevocationLists.Skew - second));
    }

    [Fact]
    public async Task Of_OldListAndTheNewRefused_SaysWhyUntilAGoodOneComes()
    {
        await TakeAsync(Crl(1));
        await TakeAsync([]);
        Assert.IsType<CertificateStatus.Good>(Of());
        _clock.Move(TimeSpan.FromMinutes(61));
        Assert.Contains("was refused: it is larger than", Unknown(), StringComparison.Ordinal);
        Assert.IsType<StatusChange.Newer>(await TakeAsync(Crl(2)));
        _clock.Move(TimeSpan.FromMinutes(61));
        Assert.Contains("too long ago by this computer's clock", Unknown(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_ListFromTheFuture_IsUnknownUntilThen()
    {
        await TakeAsync(Crl(1, at: Now.AddMinutes(4)));
        Assert.IsType<CertificateStatus.Good>(Of());
        await TakeAsync(Crl(2, at: Now.AddDays(1)));
        Assert.Contains("still to come by this computer's clock", Unknown(), StringComparison.Ordinal);
        _clock.Move(TimeSpan.FromDays(1));
        Assert.IsType<CertificateStatus.Good>(Of());
    }

    [Fact]
    public async Task Take_BadlySigned_IsRefusedAndSaysWhy()
    {
        var forged = Crl(1);
        forged[^1] ^= 1;
        Assert.Contains("signature", Assert.IsType<StatusChange.Refused>(await TakeAsync(forged)).Why, StringComparison.Ordinal);
        Assert.Contains("was refused", Unknown(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OfAnotherAuthority_IsRefused()
    {
        using var other = NewAuthority("Other");
        var foreign = other.Newest.SignCrl(9, Now, Now.AddHours(1), []);
        Assert.IsType<StatusChange.Refused>(await TakeAsync(foreign));
        Assert.IsType<StatusChange.Refused>(await _book.TakeAsync(foreign, [other.IssuingCertificate], None)); // the root decides, not who is offered
        Assert.IsType<CertificateStatus.Unknown>(Of());
    }

    [Fact]
    public async Task Take_OlderThanOneSeen_IsAnAlarmAlsoAfterARestart()
    {
        var old = Crl(4);
        await TakeAsync(Crl(5, _bob.Serial));
        _clock.Move(TimeSpan.FromMinutes(2));
        Assert.Contains("number 4, and 5 was seen", Assert.IsType<StatusChange.RolledBack>(await TakeAsync(old)).Why, StringComparison.Ordinal);
        _book = await OpenAsync();
        Assert.IsType<CertificateStatus.Revoked>(Of());
        Assert.IsType<StatusChange.RolledBack>(await TakeAsync(old));
        Assert.IsType<CertificateStatus.Revoked>(Of());
    }

    [Fact]
    public async Task Take_OfAGatewayThatIsAMomentBehind_ChangesNothing()
    {
        var old = Crl(4);
        await TakeAsync(Crl(5, _bob.Serial));
        Assert.IsType<StatusChange.Nothing>(await TakeAsync(old));
        Assert.IsType<CertificateStatus.Revoked>(Of());
    }

    [Fact]
    public async Task Take_TheSameAgain_ChangesNothing()
    {
        var crl = Crl(5);
        await TakeAsync(crl);
        Assert.IsType<StatusChange.Nothing>(await TakeAsync(crl));
    }

    [Fact]
    public async Task Parts_OverTheBound_AreRefusedAndNotKept()
    {
        var parts = new RevocationListParts();
        var part = new RevocationList { Der = UnsafeByteOperations.UnsafeWrap(new byte[Limits.RevocationListPart]), More = true };
        for (var sent = 0L; sent < 64L * 1024 * 1024; sent += Limits.RevocationListPart) Assert.Null(parts.Add(part));
        var whole = parts.Add(new RevocationList { Der = ByteString.CopyFrom(1) });
        Assert.True(whole is { IsEmpty: true });
        Assert.Contains("larger than", Assert.IsType<StatusChange.Refused>(await _book.TakeAsync(whole!.Value, [_authority.IssuingCertificate], None)).Why, StringComparison.Ordinal);
        Assert.Equal(new byte[] { 7 }, parts.Add(new RevocationList { Der = ByteString.CopyFrom(7) })!.Value.ToArray()); // the next one is taken
    }

    [Fact]
    public void Parts_OfLargeLists_AreTheListAgain()
    {
        var der = RandomNumberGenerator.GetBytes((2 * Limits.RevocationListPart) + 7);
        var parts = new RevocationListParts();
        ReadOnlyMemory<byte>? whole = null;
        foreach (var (part, index) in der.Chunk(Limits.RevocationListPart).Select(static (part, index) => (part, index)))
        {
            Assert.Null(whole);
            whole = parts.Add(new RevocationList { Der = ByteString.CopyFrom(part), More = index < 2 });
        }

        Assert.Equal(der, whole!.Value.ToArray());
    }

    [Fact]
    public async Task Take_CutOff_IsRefused() => Assert.IsType<StatusChange.Refused>(await TakeAsync(Crl(1)[..^10]));

    private CertificateAuthority NewAuthority(string organisation) => CertificateAuthority.Initialise(
        Directory.CreateDirectory(_folder[organisation]).FullName, organisation, "example.org", "correct horse battery", KeyPool.Shared, Now);

    private Task<StatusBook> OpenAsync() => StatusBook.OpenAsync(_profile.Database, _authority.Anchor, _clock, None);

    private byte[] Crl(ulong number, BigInteger? revoked = null, DateTimeOffset? at = null)
    {
        RevokedCertificate[] entries = revoked is { } serial ? [new RevokedCertificate(serial, Now, X509RevocationReason.KeyCompromise)] : [];
        return _authority.Newest.SignCrl(number, at ?? Now, (at ?? Now).AddHours(1), entries);
    }

    private Task<StatusChange> TakeAsync(byte[] crl) => _book.TakeAsync(crl, [_authority.IssuingCertificate], None);

    private CertificateStatus Of() => _book.Of(_bob, StatusBook.Fresh);

    private string Unknown() => Assert.IsType<CertificateStatus.Unknown>(Of()).Why;

    private sealed class StillClock(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
