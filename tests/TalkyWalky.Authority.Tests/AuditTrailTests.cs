using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Engines;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

/// <summary>The file itself, and what the authority writes into it.</summary>
public sealed class AuditTrailTests : IDisposable
{
    private const string Reenrol = "/.well-known/est/identity/simplereenroll", Encryption = "/.well-known/est/encryption/simpleenroll";
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();

    private string Log => _folder.File("audit.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_SeveralRuns_AreOneChainInAFileOfTheOwner()
    {
        await WriteAsync("one", "two");
        await WriteAsync("three");

        Assert.Equal(["one", "two", "three"], Read().Select(static line => line.Entry!.Reason));
        Assert.All(Read(), static line => Assert.Null(line.Fault));
        Assert.Equal(new string('0', 64), Read()[0].Entry!.Before);
        Assert.Equal(Read()[1].Hash, Read()[2].Entry!.Before);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
    }

    [Fact]
    public async Task Write_ManyAtOnce_LosesNoneAndBreaksNoChain()
    {
        var names = Enumerable.Range(0, 200).Select(static n => $"act {n}").ToArray();
        using (var trail = new AuditTrail(Log, TimeProvider.System)) await Task.WhenAll(names.Select(name => Task.Run(() => trail.WriteAsync(Entry(name)))));

        Assert.Equal(names.Order(StringComparer.Ordinal), Read().Select(static line => line.Entry!.Reason).Order(StringComparer.Ordinal));
        Assert.All(Read(), static line => Assert.Null(line.Fault));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task Write_AfterALineThatWasCutShort_KeepsItAndSaysSo(int missing)
    {
        await WriteAsync("one", "two");
        var whole = await File.ReadAllBytesAsync(Log);
        await File.WriteAllBytesAsync(Log, whole[..^missing]);
        Assert.Equal([false, true], Read().Select(static line => line.IsTorn));

        await WriteAsync("three");

        Assert.Equal([false, true, false, false], Read().Select(static line => line.IsTorn));
        Assert.All(Read(), static line => Assert.Null(line.Fault));
        Assert.Equal([AuditAct.Issue, AuditAct.Torn, AuditAct.Issue], Read().Where(static line => line.Entry is not null).Select(static line => line.Entry!.Act));
        Assert.Equal(whole[..^missing], (await File.ReadAllBytesAsync(Log))[..(whole.Length - missing)]);
    }

    [Fact]
    public async Task Read_LineChanged_IsNoticedAtTheNextOne()
    {
        await WriteAsync("one", "two", "three");
        await File.WriteAllTextAsync(Log, (await File.ReadAllTextAsync(Log)).Replace("two", "TWO", StringComparison.Ordinal));
        Assert.Equal([1, 2, 4], NumbersWithoutFault(await AndOneMoreAsync()));
    }

    [Fact]
    public async Task Read_LineTakenAway_IsNoticed()
    {
        await WriteAsync("one", "two", "three");
        var lines = await File.ReadAllLinesAsync(Log);
        await File.WriteAllTextAsync(Log, $"{lines[0]}\n{lines[2]}\n");
        Assert.Equal([1, 3], NumbersWithoutFault(await AndOneMoreAsync()));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"time":"2026-01-01T00:00:00Z","act":"issue","by":"x","reason":"y","before":"z","more":1}""")]
    public async Task Read_LineOfAnotherKind_IsNoticed(string line)
    {
        await File.WriteAllTextAsync(Log, line + "\n");
        Assert.Contains("no entry", Assert.Single(Read()).Fault, StringComparison.Ordinal);
        Assert.Equal([2], NumbersWithoutFault(await AndOneMoreAsync()));
    }

    [Fact]
    public async Task Write_FileCannotBeWritten_SaysWhatToDo_AndGoesOnWhenItCan()
    {
        using var trail = new AuditTrail(_folder.File("later/audit.log"), TimeProvider.System);
        Assert.Contains("cannot be written", (await Assert.ThrowsAsync<AuthorityException>(() => trail.WriteAsync(Entry("one")))).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.File("later"));
        await trail.WriteAsync(Entry("two"));
        Assert.Equal("two", Assert.Single(AuditReader.Read(_folder.File("later/audit.log"))).Entry!.Reason);
    }

    [Fact]
    public async Task Acts_OfADevicesLife_AreOnTheTrailWithWhoDidThem()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var key = alice.GetRSAPrivateKey()!;
        using var second = KeyPool.Shared.CreateRsa(3072);
        Assert.Equal(HttpStatusCode.OK, (await authority.WithCertificateAsync(alice, Reenrol, LiveAuthority.Request(key))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await authority.WithCertificateAsync(alice, Encryption, LiveAuthority.Request(second))).StatusCode);
        authority.Time.Advance(TimeSpan.FromSeconds(1)); // devices are listed by the time they were added
        using var phone = await authority.JoinMoreAsync("alice");
        authority.Time.Advance(TimeSpan.FromSeconds(1));
        await authority.AskToJoinAsync("alice");
        var user = (await authority.Engines.Directory.FindAsync("alice", None))!.User;
        var devices = await authority.Engines.Store.DevicesOfAsync(user, None);
        await authority.Service.RejectDeviceAsync(devices[2].Device, LiveAuthority.Administrator, None);
        using var revoked = await authority.AskAsync(alice, HttpMethod.Post, $"/v1/devices/{devices[1].Device}/revoke");
        await authority.Service.RevokeDevicesOfAsync(user, X509RevocationReason.AffiliationChanged, Actor.Directory, None);

        var first = $"device {devices[0].Device}";
        Assert.Equal(
            [
                $"Issue identity {devices[0].Device} by user {user}: password",
                $"Renew identity {devices[0].Device} by {first}: identity certificate",
                $"Issue encryption {devices[0].Device} by {first}: identity certificate",
                $"Approve  {devices[1].Device} by administrator uid 1000: without a signature",
                $"Issue identity {devices[1].Device} by user {user}: password",
                $"Reject  {devices[2].Device} by administrator uid 1000: unspecified",
                $"Revoke  {devices[1].Device} by {first}: unspecified",
                $"Revoke  {devices[0].Device} by directory: affiliationChanged",
            ],
            authority.Trail.Select(static line => line.Entry!).Select(static one => $"{one.Act} {one.Kind} {one.Device} by {one.By}: {one.Reason}"));
        Assert.All(authority.Trail, line => Assert.Equal(user.ToString(), line.Entry!.User));
        Assert.Equal(Serial(alice), authority.Trail[0].Entry!.Serial);
        Assert.Equal("alice", authority.Trail[0].Entry!.Name);
    }

    [Fact]
    public async Task Invite_IsOnTheTrailWithoutTheToken()
    {
        await using var authority = await LiveAuthority.StartAsync();
        var token = await authority.Service.InviteAsync("bob", TimeSpan.FromDays(1), LiveAuthority.Administrator, None);
        var entry = Assert.Single(authority.Trail).Entry!;
        Assert.Equal((AuditAct.Invite, "bob"), (entry.Act, entry.Name));
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(authority.TempFile(LiveAuthority.AuditFile)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_TrailCannotBeWritten_IssuesNothing()
    {
        await using var authority = await LiveAuthority.StartAsync(auditFile: _folder.File("nowhere/audit.log"));
        await authority.Service.AddAccountAsync(new NewAccount("alice", LiveAuthority.Password, "alice", null), None);
        using var key = KeyPool.Shared.CreateRsa(3072);

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Empty(await authority.Service.CertificatesAsync(null, null, 10, None));
    }

    private static string Serial(X509Certificate2 certificate) => certificate.SerialNumber.ToLowerInvariant().TrimStart('0').PadLeft(32, '0');

    private static IEnumerable<int> NumbersWithoutFault(IEnumerable<AuditLine> lines) => lines.Where(static line => line.Fault is null).Select(static line => line.Number);

    private static AuditEntry Entry(string reason) => new() { Act = AuditAct.Issue, By = Actor.Authority.ToString(), Reason = reason };

    private List<AuditLine> Read() => [.. AuditReader.Read(Log)];

    private async Task<List<AuditLine>> AndOneMoreAsync()
    {
        await WriteAsync("one more");
        return Read();
    }

    private async Task WriteAsync(params string[] reasons)
    {
        using var trail = new AuditTrail(Log, TimeProvider.System);
        foreach (var reason in reasons) await trail.WriteAsync(Entry(reason));
    }
}
