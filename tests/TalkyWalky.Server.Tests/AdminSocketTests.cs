using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Server.Administration;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Tests;

/// <summary>The socket's protocol and the commands behind it, over the embedded engines.</summary>
public sealed class AdminSocketTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly List<(UserId User, CloseCode Code)> _ended = [];
    private EmbeddedEngines _engines = null!;
    private CertificateAuthority _authority = null!;
    private AuditTrail _trail = null!;
    private AuthorityService _enrolment = null!;
    private AdminSocketServer _server = null!;

    private string SocketPath => _temp["admin.sock"];

    public async Task InitializeAsync()
    {
        _engines = await EmbeddedEngines.OpenAsync(_temp["talkywalky.db"], new EmbeddedOptions(MailboxLimits.Default, PasswordIterations: 1000), TimeProvider.System, default);
        Directory.CreateDirectory(_temp["ca"]);
        _authority = CertificateAuthority.Initialise(_temp["ca"], "Example", "example.org", "a passphrase", KeyPool.Shared, TimeProvider.System.GetUtcNow());
        _trail = new AuditTrail(_temp["audit.log"], TimeProvider.System);
        var log = await TransparencyLog.OpenAsync(_authority, _temp["ca"], _engines.Store, _engines.Log, TimeProvider.System, NullLogger.Instance, default);
        _enrolment = new AuthorityService(
            new AuthorityOptions(RegistrationPolicy.Invite, TimeSpan.FromDays(30), 10), _authority, log, _trail, _engines.Directory, _engines.Store, _engines.Broker, DeviceCallbacks.None, TimeProvider.System,
            NullLoggerFactory.Instance);
        _server = Serve(SocketPath);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _engines.DisposeAsync();
    }

    public void Dispose()
    {
        _enrolment.Dispose();
        _enrolment.Log.Dispose();
        _trail.Dispose();
        _authority.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Send_AddThenList_ShowsTheAccount()
    {
        var added = Assert.IsType<AdminAnswer.Done>(await SendAsync(new AdminRequest.AddUser(" Alice ", "correct horse", "Alice Martin", "alice@example.org")));
        Assert.Equal(("alice", "Alice Martin", "alice@example.org", true), (added.User.Username, added.User.FullName, added.User.Mail, added.User.Enabled));
        var users = Assert.IsType<AdminAnswer.Users>(await SendAsync(new AdminRequest.ListUsers(null, 10)));
        Assert.Equal(added.User, Assert.Single(users.Page));
        Assert.False(users.More);
        Assert.IsType<BindOutcome.Bound>(await _engines.Directory.BindAsync("alice", "correct horse", default));
    }

    [Fact]
    public async Task Send_ListOfMany_ComesInPages()
    {
        foreach (var name in (string[])["ann", "bob", "cid"]) await SendAsync(new AdminRequest.AddUser(name, "correct horse", null, null));
        var first = Assert.IsType<AdminAnswer.Users>(await SendAsync(new AdminRequest.ListUsers(null, 2)));
        Assert.Equal(["ann", "bob"], first.Page.Select(static user => user.Username));
        Assert.True(first.More);
        var second = Assert.IsType<AdminAnswer.Users>(await SendAsync(new AdminRequest.ListUsers("bob", 2)));
        Assert.Equal(["cid"], second.Page.Select(static user => user.Username));
        Assert.False(second.More);
    }

    [Fact]
    public async Task Send_RevokeCertificate_ShowsItRevoked()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issued = Assert.IsType<AdminAnswer.ServerIssued>(await SendAsync(new AdminRequest.IssueServer(["chat.example.org"], Request(key))));
        var listed = Assert.Single(Assert.IsType<AdminAnswer.Certificates>(await SendAsync(new AdminRequest.ListCertificates(null, null))).Page);
        Assert.Equal((issued.Serial, "server", "valid", "TalkyWalky gateway"), (listed.Serial, listed.Kind, listed.Status, listed.Name));

        var asOpenSslWritesIt = string.Join(':', issued.Serial.ToUpperInvariant().Chunk(2).Select(static pair => new string(pair)));
        var revoked = Assert.IsType<AdminAnswer.Certificate>(await SendAsync(new AdminRequest.RevokeCertificate(asOpenSslWritesIt, "keyCompromise")));
        Assert.Equal((issued.Serial, "revoked", "keyCompromise", false), (revoked.Entry.Serial, revoked.Entry.Status, revoked.Entry.Reason, revoked.EndedDevice));
        Assert.Equal(revoked.Entry, Assert.IsType<AdminAnswer.Certificate>(await SendAsync(new AdminRequest.ShowCertificate(issued.Serial))).Entry);

        await RefusedAsync(new AdminRequest.RevokeCertificate(issued.Serial, "keyCompromise"), "already");
        await RefusedAsync(new AdminRequest.RevokeCertificate(issued.Serial, "certificateHold"), "is no reason to revoke");
        await RefusedAsync(new AdminRequest.ShowCertificate("17"), "there is no certificate");
        await RefusedAsync(new AdminRequest.RevokeUser("nobody", "keyCompromise"), "there is no user");
        async Task RefusedAsync(AdminRequest request, string why) =>
            Assert.Contains(why, Assert.IsType<AdminAnswer.Refused>(await SendAsync(request)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_Renew_HasTheNamesOfTheOldOneAndTheKeyOfTheRequest()
    {
        using ECDsa old = ECDsa.Create(ECCurve.NamedCurves.nistP256), next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string[] hosts = ["chat.example.org", "192.0.2.7", "2001:db8::7"];
        var issued = Assert.IsType<AdminAnswer.ServerIssued>(await SendAsync(new AdminRequest.IssueServer(hosts, Request(old))));
        var renewed = Assert.IsType<AdminAnswer.ServerIssued>(await SendAsync(new AdminRequest.RenewServer(issued.Serial, Request(next))));
        Assert.NotEqual(issued.Serial, renewed.Serial);
        using var certificate = X509Certificate2.CreateFromPem(renewed.Pem);
        var names = Assert.Single(certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>());
        Assert.Equal(hosts, names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static one => one.ToString())));
        Assert.Equal(next.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());

        await SendAsync(new AdminRequest.RevokeCertificate(renewed.Serial, "superseded"));
        await RefusedAsync(new AdminRequest.RenewServer(renewed.Serial, Request(next)), "was revoked on");
        await RefusedAsync(new AdminRequest.RenewServer("17", Request(next)), "there is no certificate");
        async Task RefusedAsync(AdminRequest request, string why) =>
            Assert.Contains(why, Assert.IsType<AdminAnswer.Refused>(await SendAsync(request)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_BadRequestForAGateway_IsRefusedWithASentence()
    {
        using ECDsa good = ECDsa.Create(ECCurve.NamedCurves.nistP256), other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(3072);
        var (notSigned, der) = (Request(good), Request(good));
        notSigned[^1] ^= 1;
        await RefusedAsync(Request(other), "holds no P-256 key");
        await RefusedAsync(new CertificateRequest("CN=any", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(), "holds no P-256 key");
        await RefusedAsync(notSigned, "signed by the key in it");
        await RefusedAsync(der[..^9], "signed by the key in it");
        await RefusedAsync([], "signed by the key in it");
        await RefusedAsync(Encoding.ASCII.GetBytes(good.ExportPkcs8PrivateKeyPem()), "signed by the key in it");
        await RefusedAsync(new byte[8193], "larger than");
        Assert.IsType<AdminAnswer.ServerIssued>(await SendAsync(new AdminRequest.IssueServer(["chat.example.org"], Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE REQUEST", der)))));
        async Task RefusedAsync(byte[] request, string why) =>
            Assert.Contains(why, Assert.IsType<AdminAnswer.Refused>(await SendAsync(new AdminRequest.IssueServer(["chat.example.org"], request))).Error, StringComparison.Ordinal);
    }

    private static byte[] Request(ECDsa key) => new CertificateRequest("CN=any", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    [Theory]
    [InlineData("b", "correct horse", null, "2 to 20 characters")]
    [InlineData("b ob", "correct horse", null, "only the letters")]
    [InlineData("bob", "short", null, "at least 8 characters")]
    [InlineData("bob", "correct horse", "no address", "no mail address")]
    [InlineData("taken", "correct horse", null, "username \"taken\" is taken")]
    public async Task Send_BadAccount_IsRefusedWithASentence(string name, string password, string? mail, string text)
    {
        await SendAsync(new AdminRequest.AddUser("taken", "correct horse", null, null));
        var refused = Assert.IsType<AdminAnswer.Refused>(await SendAsync(new AdminRequest.AddUser(name, password, null, mail)));
        Assert.Contains(text, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_Disable_EndsSessionsAtOnce()
    {
        var user = Assert.IsType<AdminAnswer.Done>(await SendAsync(new AdminRequest.AddUser("alice", "correct horse", null, null))).User;
        var disabled = Assert.IsType<AdminAnswer.Done>(await SendAsync(new AdminRequest.SetUserEnabled("ALICE", false)));
        Assert.False(disabled.User.Enabled);
        Assert.Equal((user.User, CloseCode.AccountDisabled), (Assert.Single(_ended).User.ToString(), _ended[0].Code));
        Assert.True(Assert.IsType<AdminAnswer.Done>(await SendAsync(new AdminRequest.SetUserEnabled("alice", true))).User.Enabled);
        Assert.Single(_ended);
    }

    [Fact]
    public async Task Send_NewPassword_ReplacesTheOldAndAsksForIt()
    {
        await SendAsync(new AdminRequest.AddUser("alice", "correct horse", null, null));
        Assert.IsType<AdminAnswer.Done>(await SendAsync(new AdminRequest.SetUserPassword("alice", "battery staple")));
        Assert.Equal(CloseCode.LoginRequired, Assert.Single(_ended).Code);
        Assert.IsType<BindOutcome.Refused>(await _engines.Directory.BindAsync("alice", "correct horse", default));
        Assert.IsType<BindOutcome.Bound>(await _engines.Directory.BindAsync("alice", "battery staple", default));
    }

    [Fact]
    public async Task Send_DeviceList_ShowsOnePersonsOrEveryones()
    {
        var (alice, first, second) = await WithDevicesAsync("alice", 1);
        await WithDevicesAsync("bob", 3);
        var all = Assert.IsType<AdminAnswer.Devices>(await SendAsync(new AdminRequest.ListDevices(null, null)));
        Assert.Equal((4, null), (all.Page.Count, all.After));
        var own = Assert.IsType<AdminAnswer.Devices>(await SendAsync(new AdminRequest.ListDevices("Alice", null)));
        Assert.Equal([(first.ToString(), "active"), (second.ToString(), "pending")], own.Page.OrderBy(static device => device.State, StringComparer.Ordinal).Select(static device => (device.Device, device.State)));
        Assert.All(own.Page, device => Assert.Equal((alice, "alice"), (device.User, device.Username)));
        Assert.Contains("no user", Assert.IsType<AdminAnswer.Refused>(await SendAsync(new AdminRequest.ListDevices("carol", null))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_DeviceChanges_AreMadeOnceAndByTheFirstDigits()
    {
        var (_, first, second) = await WithDevicesAsync("alice", 1);
        var prefix = second.ToString()[..8];
        Assert.Equal("active", Assert.IsType<AdminAnswer.DeviceDone>(await SendAsync(new AdminRequest.ChangeDevice(prefix, DeviceAct.Approve))).Device.State);
        Assert.Contains("does not wait", await RefusedAsync(new AdminRequest.ChangeDevice(prefix, DeviceAct.Approve)), StringComparison.Ordinal);
        Assert.Contains("revoke it", await RefusedAsync(new AdminRequest.ChangeDevice(prefix, DeviceAct.Reject)), StringComparison.Ordinal);
        Assert.Equal("desk", Assert.IsType<AdminAnswer.DeviceDone>(await SendAsync(new AdminRequest.NameDevice(second.ToString(), " desk "))).Device.Name);
        Assert.NotNull(Assert.IsType<AdminAnswer.DeviceDone>(await SendAsync(new AdminRequest.ChangeDevice(prefix.ToUpperInvariant(), DeviceAct.Revoke))).Device.RevokedAt);
        Assert.Contains("before", await RefusedAsync(new AdminRequest.ChangeDevice(prefix, DeviceAct.Revoke)), StringComparison.Ordinal);
        Assert.Equal(DeviceState.Active, (await _engines.Store.FindDeviceAsync(first, default))!.State);
    }

    [Theory]
    [InlineData("abc", "at least its first 4 digits")]
    [InlineData("wxyz", "at least its first 4 digits")]
    [InlineData("00000000000000000000000000000000", "there is no device")]
    [InlineData("0000000000000000", "there is no device")]
    public async Task Send_NoSuchDevice_IsRefusedWithASentence(string id, string text)
    {
        await WithDevicesAsync("alice", 1);
        Assert.Contains(text, await RefusedAsync(new AdminRequest.ChangeDevice(id, DeviceAct.Revoke)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_Invite_GivesALinkWithAToken()
    {
        var invited = Assert.IsType<AdminAnswer.Invited>(await SendAsync(new AdminRequest.InviteUser("bob", 2)));
        Assert.True(JoinLink.TryParse(invited.Join, out var link, out _));
        Assert.NotNull(link.Invitation);
        Assert.InRange(invited.ExpiresAt - TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(47), TimeSpan.FromHours(48));
        Assert.IsType<AdminAnswer.Refused>(await SendAsync(new AdminRequest.InviteUser("bob", 366)));
    }

    [Fact]
    public async Task Send_UnknownUser_IsRefused()
    {
        foreach (var request in (AdminRequest[])[new AdminRequest.UnlockUser("nobody"), new AdminRequest.SetUserEnabled("nobody", false), new AdminRequest.SetUserPassword("nobody", "correct horse")])
            Assert.Contains("there is no user \"nobody\"", Assert.IsType<AdminAnswer.Refused>(await SendAsync(request)).Error, StringComparison.Ordinal);
        Assert.Empty(_ended);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"command":"user.drop","username":"bob"}""")]
    [InlineData("""{"command":"user.unlock"}""")]
    [InlineData("""{"command":"user.unlock","username":null}""")]
    [InlineData("""{"command":"user.unlock","username":"bob","extra":1}""")]
    [InlineData("""{"command":"user.unlock","username":"bob","username":"eve"}""")]
    [InlineData("""{"command":"user.add","username":"bob"}""")]
    [InlineData("GET / HTTP/1.1")]
    public async Task Raw_Malformed_IsRefusedAndTheServerGoesOn(string line)
    {
        Assert.StartsWith("""{"answer":"refused","error":"the server did not understand""", await RawAsync(Encoding.UTF8.GetBytes(line + "\n")), StringComparison.Ordinal);
        Assert.IsType<AdminAnswer.Users>(await SendAsync(new AdminRequest.ListUsers(null, 1)));
    }

    [Fact]
    public async Task Raw_TooLong_IsRefusedBeforeItsEnd()
    {
        Assert.StartsWith("""{"answer":"refused",""", await RawAsync(new byte[AdminLine.MaxRequest + 4096]), StringComparison.Ordinal);
        Assert.IsType<AdminAnswer.Users>(await SendAsync(new AdminRequest.ListUsers(null, 1)));
    }

    [Fact]
    public async Task Start_StaleSocket_IsReplacedAndAFileIsNot()
    {
        var path = _temp["other.sock"];
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, path + ".kept");
        }

        File.Move(path + ".kept", path);
        Assert.Null(await AdminSocketChannel.TryConnectAsync(path, TimeProvider.System, default));
        await using (Serve(path)) Assert.NotNull(await AdminSocketChannel.TryConnectAsync(path, TimeProvider.System, default));

        await File.WriteAllTextAsync(path, "a letter");
        Assert.Throws<ServerException>(() => Serve(path));
        Assert.Equal("a letter", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Start_LongPath_Works()
    {
        var folder = Directory.CreateDirectory(_temp[new string('d', 200)]).FullName;
        var path = Path.Combine(folder, "admin.sock");
        await using (var server = Serve(path))
        {
            await using var channel = await AdminSocketChannel.TryConnectAsync(path, TimeProvider.System, default);
            Assert.NotNull(channel);
            Assert.IsType<AdminAnswer.Users>(await channel.SendAsync(new AdminRequest.ListUsers(null, 1), default));
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Requests_Printed_HidePasswords()
    {
        Assert.DoesNotContain("hidden", new AdminRequest.AddUser("alice", "hidden", null, null).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", new AdminRequest.SetUserPassword("alice", "hidden").ToString(), StringComparison.Ordinal);
    }

    private AdminSocketServer Serve(string path)
    {
        var service = new AdminService(_engines.Directory, _enrolment, sync: null, EndAsync, token => new JoinLink("127.0.0.1", 7443, _authority.Anchor.Hash, token), TimeSpan.FromDays(7), TimeProvider.System);
        return AdminSocketServer.Start(path, service, TimeProvider.System, NullLogger.Instance);
    }

    private Task EndAsync(UserId user, CloseCode code, string text)
    {
        _ended.Add((user, code));
        return Task.CompletedTask;
    }

    private async Task<string> RefusedAsync(AdminRequest request) => Assert.IsType<AdminAnswer.Refused>(await SendAsync(request)).Error;

    /// <summary>An account with a device that is in and one that waits.</summary>
    private async Task<(string User, DeviceId First, DeviceId Second)> WithDevicesAsync(string name, byte key)
    {
        await SendAsync(new AdminRequest.AddUser(name, "correct horse", null, null));
        var account = (await _engines.Directory.FindAsync(name, default))!;
        var now = TimeProvider.System.GetUtcNow();
        var first = await _engines.Store.AddDeviceAsync(account.User, Digest.Sha256([key]), firstMayEnter: true, now, default);
        var second = await _engines.Store.AddDeviceAsync(account.User, Digest.Sha256([key, key]), firstMayEnter: true, now, default);
        return (account.User.ToString(), first.Device, second.Device);
    }

    private async Task<AdminAnswer> SendAsync(AdminRequest request)
    {
        await using var channel = await AdminSocketChannel.TryConnectAsync(SocketPath, TimeProvider.System, default);
        Assert.NotNull(channel);
        return await channel.SendAsync(request, default);
    }

    private async Task<string> RawAsync(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(bytes);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync() ?? "";
    }
}
