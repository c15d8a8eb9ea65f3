using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>Whom passwords are sent to, and how.</summary>
[Collection(FragileOpenLdap.Name)]
public sealed class TlsTests(Slapd server) : FragileTest(server)
{
    [Fact]
    public async Task AnotherAuthority_IsRefusedAndNamed()
    {
        using var folder = new TempFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = new CertificateRequest("CN=Another CA", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(folder["other.pem"], other.ExportCertificatePem());
        foreach (var address in (Uri[])[Server.Ldap, Server.Ldaps])
        {
            foreach (var file in (string?[])[folder["other.pem"], null])
            {
                var e = await Assert.ThrowsAsync<EngineException>(() => Test.Open(Test.Options with { Servers = [address], CaFile = file }).FindAsync("ada", None));
                Assert.Contains("directory.caFile", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task CertificateOfAnotherHost_IsRefusedAndNamed()
    {
        await using var elsewhere = new Proxy(Server.Ldaps, IPAddress.Parse("127.0.0.77"));
        var e = await Assert.ThrowsAsync<EngineException>(() => Test.Open(Test.Options with { Servers = [new Uri($"ldaps://127.0.0.77:{elsewhere.Port}")] }).FindAsync("ada", None));
        Assert.Contains("another name than 127.0.0.77", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingCaFile_IsSaid()
    {
        var e = await Assert.ThrowsAsync<EngineException>(() => Test.Open(Test.Options with { CaFile = "/nowhere/ca.pem" }).CheckAsync(None));
        Assert.Contains("directory.caFile", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ldap://192.0.2.1")]
    [InlineData("ldap://directory.example.org:10389")]
    public void Open_PlainBeyondThisMachine_IsRefused(string address)
    {
        var e = Assert.Throws<EngineException>(() => Test.Open(Test.Options with { Servers = [new Uri(address)], StartTls = false }));
        Assert.Contains("directory.startTls", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_OnThisMachine_WorksAndIsWarnedOf()
    {
        await using var open = await OpenSlapd.StartAsync(Server);
        var log = new LogOfTests();
        var directory = Test.Open(Test.Options with { Servers = [open.Ldap], StartTls = false }, log);
        Assert.Equal($"Passwords go to {open.Ldap.OriginalString} unencrypted; that is for trying things on one machine only", Assert.Single(log.Lines));
        Assert.Equal(Ada, Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None)).Account);
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", "wrong", None));
    }

    [Fact]
    public async Task Anonymous_LogsPeopleInAndChangesNothing()
    {
        await using var open = await OpenSlapd.StartAsync(Server);
        var directory = Test.Open(Test.Options with { Servers = [open.Ldap], BindDn = null, Password = null });
        Assert.Equal("ada", (await directory.FindAsync(Ada.User, None))!.Username);
        Assert.Equal(Ada.User, Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None)).Account.User);
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", "wrong", None));
        Assert.Contains("require authentication", Assert.IsType<ChangeOutcome.Refused>(await directory.SetEnabledAsync(Ada.User, enabled: false, None)).Why, StringComparison.Ordinal);
        Assert.IsType<AddOutcome.Refused>(await directory.AddAsync(new NewAccount("bob", Password, "Bob", null), None));
    }
}
