using System.Net;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests.Log;

public sealed class TransparencyLogTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Enrol_DeviceByDevice_IsLoggedBeforeItsCertificateIsHandedOut()
    {
        await using var authority = await LiveAuthority.StartAsync(maxDevices: 5);
        using var alice = await authority.JoinAsync("alice");
        Assert.Single(await LogReplay.EntriesAsync(authority.Engines.Log));
        await AddEncryptionAsync(authority, alice);
        var first = await NewestAsync(authority, alice);
        Assert.Equal([Admission.First], first.Devices.Select(static one => one.LetIn));

        using var second = await authority.JoinMoreAsync("alice");
        await AddEncryptionAsync(authority, second);
        Assert.Equal([Admission.First, Admission.Administrator], (await NewestAsync(authority, alice)).Devices.OrderBy(one => one.LetIn.ByAdministrator).Select(static one => one.LetIn));

        var (pending, key) = await authority.AskToJoinAsync("alice");
        var token = await ApproveAsync(authority, alice, pending);
        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        using var bare = X509CertificateLoader.LoadCertificate(await LiveAuthority.CertificateAsync(answer));
        using var third = bare.CopyWithPrivateKey(key);
        await AddEncryptionAsync(authority, third);
        var last = await NewestAsync(authority, alice);
        Assert.Equal((3UL, 3), (last.Seq, last.Devices.Count));
        Assert.Equal(Admission.ByDevice(token), last.Devices.Single(one => one.Device == pending.Device).LetIn);
        Assert.Contains(last.Devices, one => one.Identity == Digest.Sha256(third.RawData));

        var report = await LogReplay.AuditAsync(authority.Authority, authority.Engines.Log);
        Assert.Empty(report.Faults);
        Assert.Equal((6, 1, 3, 0, 1), (report.Certificates, report.Approvals, report.Lists, report.Unlisted, report.ByAdministrator));
        Assert.NotNull(report.Head);
    }

    [Fact]
    public async Task Revoke_Device_IsLoggedWithAListThatDoesNotNameIt()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        await AddEncryptionAsync(authority, alice);
        var device = authority.Verify(alice.RawData, DeviceKeyUse.Identity);

        Assert.IsType<DeviceChange.Done>(await authority.Service.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, None));

        var list = await NewestAsync(authority, alice);
        Assert.Equal((2UL, 0), (list.Seq, list.Devices.Count));
        var entries = await LogReplay.EntriesAsync(authority.Engines.Log);
        Assert.Equal([X509RevocationReason.KeyCompromise, X509RevocationReason.KeyCompromise], entries.OfType<LoggedRevocation>().Select(static one => one.Reason));
        Assert.Empty((await LogReplay.AuditAsync(authority.Authority, authority.Engines.Log)).Faults);
    }

    [Fact]
    public async Task Heads_ForEveryone_VerifyAndAreSignedAgainInTime()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        await AddEncryptionAsync(authority, alice);
        var people = await MadePeople.AddAsync(authority.Authority, authority.Engines.Store, 600, authority.Time.GetUtcNow());

        await authority.Service.Log.RefreshAsync(None);
        var first = await CheckHeadsAsync(authority, people);
        await authority.Service.Log.RefreshAsync(None);
        Assert.Equal(first, await CheckHeadsAsync(authority, people)); // nothing is old yet

        authority.Time.Advance(TimeSpan.FromMinutes(10));
        await authority.Service.Log.RefreshAsync(None);
        var second = await CheckHeadsAsync(authority, people);
        Assert.Equal((first.Tree + TimeSpan.FromMinutes(10), first.Oldest), (second.Tree, second.Oldest));

        authority.Time.Advance(TimeSpan.FromMinutes(20));
        await authority.Service.Log.RefreshAsync(None);
        Assert.Equal(first.Tree + TimeSpan.FromMinutes(30), (await CheckHeadsAsync(authority, people)).Oldest);

        var report = await LogReplay.AuditAsync(authority.Authority, authority.Engines.Log);
        Assert.Empty(report.Faults);
        Assert.Equal((601, 601L), (report.People, report.Lists));
    }

    [Fact]
    public async Task Append_ClockSetBack_NoEntryAndNoHeadIsOlderThanOneBefore()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await MadePeople.AddAsync(authority.Authority, authority.Engines.Store, 1, authority.Time.GetUtcNow());
        await authority.Service.Log.CatchUpAsync(None);
        authority.Time.Advance(TimeSpan.FromDays(-1));
        await MadePeople.AddAsync(authority.Authority, authority.Engines.Store, 1, authority.Time.GetUtcNow());
        using var again = await authority.OpenLogAsync();
        await again.CatchUpAsync(None);

        var entries = await LogReplay.EntriesAsync(authority.Engines.Log);
        Assert.Equal(6, entries.Count);
        Assert.Single(entries.Select(static one => one.Time).Distinct());
        Assert.Empty((await LogReplay.AuditAsync(authority.Authority, authority.Engines.Log)).Faults);
    }

    [Fact]
    public async Task CatchUp_ManyAtOnce_EachFindsItsOwnChangeLogged()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            var user = Assert.Single(await MadePeople.AddAsync(authority.Authority, authority.Engines.Store, 1, authority.Time.GetUtcNow()));
            await authority.Service.Log.CatchUpAsync(None);
            Assert.NotNull((await authority.Engines.Log.UserStatementsAsync([user], None))[user].Head);
        }));
        Assert.Equal(60UL, await authority.Engines.Log.SizeAsync(None));
    }

    private static async Task<(DateTimeOffset Tree, DateTimeOffset Oldest)> CheckHeadsAsync(LiveAuthority authority, IReadOnlyCollection<UserId> people)
    {
        var keys = authority.Service.Log.Keys;
        var tree = TreeHead.TryVerify((await authority.Engines.Log.TreeHeadAsync(None))!.Token, keys)!;
        Assert.Equal(await authority.Engines.Log.SizeAsync(None), tree.Size);
        var statements = await authority.Engines.Log.UserStatementsAsync(people, None);
        Assert.Equal(people.Count, statements.Count);
        var oldest = DateTimeOffset.MaxValue;
        foreach (var (user, statement) in statements)
        {
            var head = UserHead.TryVerify(statement.Head!.Token, keys)!;
            Assert.Equal((user, statement.List.Seq, statement.List.Index), (head.User, head.Seq, head.Index));
            var path = statement.Head.Path.Chunk(Digest.Size).Select(static hash => Digest.TryRead(hash, out var one) ? one : default).ToList();
            Assert.True(MerkleProof.VerifyInclusion(head.Root, head.Size, head.Index, MerkleProof.HashLeaf(statement.List.Data), path));
            Assert.True(head.Expires > authority.Time.GetUtcNow() + TimeSpan.FromMinutes(30));
            oldest = head.Time < oldest ? head.Time : oldest;
        }

        return (tree.Time, oldest);
    }

    private static async Task<DeviceList> NewestAsync(LiveAuthority authority, X509Certificate2 identity)
    {
        var user = authority.Verify(identity.RawData, DeviceKeyUse.Identity).User;
        var statement = (await authority.Engines.Log.UserStatementsAsync([user], None))[user];
        Assert.Equal(statement.List.Seq, UserHead.TryVerify(statement.Head!.Token, LogKeys.Of(authority.Authority.Anchor.Log!))!.Seq);
        return (DeviceList)LogEntry.TryRead(statement.List.Data)!;
    }

    private static async Task AddEncryptionAsync(LiveAuthority authority, X509Certificate2 identity)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var answer = await authority.WithCertificateAsync(identity, "/.well-known/est/encryption/simpleenroll", LiveAuthority.Request(key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<byte[]> ApproveAsync(LiveAuthority authority, X509Certificate2 by, DeviceRecord device)
    {
        using var key = by.GetRSAPrivateKey()!;
        var signer = authority.Verify(by.RawData, DeviceKeyUse.Identity);
        var token = new DeviceApproval(signer.User, device.Device, device.IdentityKeyHash, DateTimeOffset.FromUnixTimeMilliseconds(authority.Time.GetUtcNow().ToUnixTimeMilliseconds()))
            .Sign(signer, key, [authority.Authority.IssuingCertificate]);
        var content = new ByteArrayContent(token);
        content.Headers.ContentType = new("application/jose");
        using var answer = await authority.AskAsync(by, HttpMethod.Post, $"/v1/devices/{device.Device}/approve", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return token;
    }
}
