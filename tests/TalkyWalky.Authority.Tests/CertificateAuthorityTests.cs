using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

public sealed class CertificateAuthorityTests
{
    private static readonly UserId User = UserId.New();
    private static readonly DeviceId Device = DeviceId.New();

    private static CertificateAuthority Authority => TestAuthority.Shared;

    [Theory]
    [InlineData(DeviceKeyUse.Identity, 90)]
    [InlineData(DeviceKeyUse.Encryption, 30)]
    public void Issue_DeviceCertificate_VerifiesForItsLife(DeviceKeyUse use, int days)
    {
        var certificate = Issue(use);

        var device = Assert.IsType<DeviceVerification.Verified>(Verify(certificate.Der, use, TestAuthority.Now)).Device;
        Assert.Equal((User, Device, "alice", TestAuthority.Organisation, TestAuthority.Domain), (device.User, device.Device, device.Username, device.Organisation, device.Domain));
        Assert.Equal(TestAuthority.Now.AddHours(-1), device.NotBefore);
        Assert.Equal(TestAuthority.Now.AddDays(days), device.NotAfter);
        Assert.IsType<DeviceVerification.Refused>(Verify(certificate.Der, use, TestAuthority.Now.AddDays(days)));
    }

    [Fact]
    public void Issue_SameTokenTwice_Throws()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        var token = Authority.Prepare(DeviceKeyUse.Identity, "alice", User, Device, key, TestAuthority.Now);
        Authority.Issue(token);

        Assert.Throws<InvalidOperationException>(() => Authority.Issue(token));
    }

    [Fact]
    public void Prepare_NameOrKeyThatBreaksTheProfile_ThrowsAndIssuesNothing()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var small = RSA.Create(2048);

        Assert.Throws<AuthorityException>(() => Authority.Prepare(DeviceKeyUse.Identity, new string('a', 65), User, Device, key, TestAuthority.Now));
        Assert.Throws<AuthorityException>(() => Authority.Prepare(DeviceKeyUse.Identity, "ali\nce", User, Device, key, TestAuthority.Now));
        Assert.Throws<AuthorityException>(() => Authority.Prepare(DeviceKeyUse.Identity, "alice", User, Device, small, TestAuthority.Now));
    }

    [Fact]
    public void Prepare_NearTheEndOfTheIssuingCa_IsCutShortAndThenRefused()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        var end = Authority.Issuing.NotAfter;

        Assert.Equal(end, Authority.Prepare(DeviceKeyUse.Identity, "alice", User, Device, key, end.AddDays(-2)).NotAfter);
        Assert.Throws<AuthorityException>(() => Authority.Prepare(DeviceKeyUse.Identity, "alice", User, Device, key, end));
    }

    [Fact]
    public void Issue_ThousandSerials_DifferAndHave128Bits()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        var serials = Enumerable.Range(0, 1000).Select(_ => Authority.Prepare(DeviceKeyUse.Identity, "alice", User, Device, key, TestAuthority.Now).Serial).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(1000, serials.Count);
        Assert.All(serials, s => Assert.Equal(32, s.Length));
        Assert.Contains(serials, s => s[0] >= '8'); // the highest bit is random too
    }

    [Fact]
    public void IssueServer_NamesAndAddresses_VerifiesForEach()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = Authority.Issue(Authority.PrepareServer(["localhost", "127.0.0.1", "::1", "Chat.Example.org", "bücher.example"], key, TestAuthority.Now));

        Assert.All((string[])["localhost", "127.0.0.1", "::1", "chat.example.org", "bücher.example", "xn--bcher-kva.example"], host => Assert.IsType<ServerVerification.Verified>(
            ServerCertificates.Verify(certificate.Der, [Authority.IssuingCertificate], Authority.Anchor, host, TestAuthority.Now)));
        Assert.Equal(TestAuthority.Now.AddDays(90), certificate.NotAfter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*.example.org")]
    [InlineData("a_b.example.org")]
    [InlineData("https://example.org")]
    [InlineData("-a.example.org")]
    [InlineData("example..org")]
    public void IssueServer_NoHostName_IsRefusedInASentence(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Contains("--host", Assert.Throws<AuthorityException>(() => Authority.PrepareServer([host], key, TestAuthority.Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IssueServer_RsaOrOtherCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<AuthorityException>(() => Authority.PrepareServer(["localhost"], key, TestAuthority.Now));
    }

    [Fact]
    public void Open_WhatWasInitialised_IsTheSameAuthority()
    {
        using var folder = new TempFolder();
        using var made = TestAuthority.Make(folder.Path);
        using var opened = CertificateAuthority.Open(folder.File("ca"), TestAuthority.Passphrase);

        Assert.True(CertificateAuthority.Exists(folder.File("ca")));
        Assert.Equal(made.Anchor.Hash, opened.Anchor.Hash);
        Assert.Equal(made.Issuing, opened.Issuing);
        Assert.Equal((TestAuthority.Organisation, TestAuthority.Domain), (opened.Organisation, opened.Domain));
        using var key = KeyPool.Shared.CreateRsa(3072);
        var signed = opened.Issue(opened.Prepare(DeviceKeyUse.Identity, "alice", User, Device, key, TestAuthority.Now));
        Assert.IsType<DeviceVerification.Verified>(
            DeviceCertificates.Verify(signed.Der, [made.IssuingCertificate], made.Anchor, DeviceKeyUse.Identity, TestAuthority.Now));
    }

    [Fact]
    public void Open_WithoutTheRootKey_StillIssues()
    {
        using var folder = new TempFolder();
        TestAuthority.Make(folder.Path).Dispose();
        File.Delete(Path.Combine(folder.File("ca"), "root.key"));

        using var opened = CertificateAuthority.Open(folder.File("ca"), TestAuthority.Passphrase);
        Assert.Equal(TestAuthority.Domain, opened.Domain);
    }

    [Fact]
    public void Open_MissingDamagedForeignOrLocked_SaysWhich()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        TestAuthority.Make(folder.Path).Dispose();
        CertificateAuthority.Initialise(other.File("ca"), "Other Ltd", TestAuthority.Domain, TestAuthority.Passphrase, KeyPool.Shared, TestAuthority.Now).Dispose();
        string At(string name) => Path.Combine(folder.File("ca"), name);
        string Message(string passphrase = TestAuthority.Passphrase) => Assert.Throws<AuthorityException>(() => CertificateAuthority.Open(folder.File("ca"), passphrase)).Message;

        Assert.Contains("passphrase is wrong", Message("wrong wrong wrong"), StringComparison.Ordinal);
        var key = File.ReadAllText(At("issuing.key"));
        File.Copy(Path.Combine(other.File("ca"), "issuing.key"), At("issuing.key"), overwrite: true);
        Assert.Contains("do not belong together", Message(), StringComparison.Ordinal);
        File.WriteAllText(At("issuing.key"), key[..200]);
        Assert.Contains("damaged", Message(), StringComparison.Ordinal);
        File.Delete(At("issuing.key"));
        Assert.Contains("is missing", Message(), StringComparison.Ordinal);
        File.Copy(Path.Combine(other.File("ca"), "root.pem"), At("root.pem"), overwrite: true);
        Assert.Contains("did not sign", Message(), StringComparison.Ordinal);
        File.WriteAllText(At("root.pem"), "");
        Assert.Contains("holds no PEM", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LogKeyForeignMissingOrFromBeforeThereWasALog_SaysWhich()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        using var made = TestAuthority.Make(folder.Path);
        TestAuthority.Make(other.Path).Dispose();
        string At(string name) => Path.Combine(folder.File("ca"), name);
        string Message() => Assert.Throws<AuthorityException>(() => CertificateAuthority.Open(folder.File("ca"), TestAuthority.Passphrase)).Message;

        Assert.Equal(made.Anchor.Hash, CertificateAuthority.ReadAnchor(folder.File("ca")).Hash);
        File.Copy(Path.Combine(other.File("ca"), "log.key"), At("log.key"), overwrite: true);
        Assert.Contains("do not belong together", Message(), StringComparison.Ordinal);
        File.Delete(At("log.key"));
        Assert.Contains("log.key is missing", Message(), StringComparison.Ordinal);
        File.WriteAllText(At("log.pub"), made.Root.Pem);
        Assert.Contains("no public key on P-256", Message(), StringComparison.Ordinal);
        File.Delete(At("log.pub"));
        Assert.Contains("everybody joins the new authority", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Initialise_FolderInUse_RefusesAndChangesNothing()
    {
        using var folder = new TempFolder();
        using var made = TestAuthority.Make(folder.Path);
        var before = File.ReadAllBytes(Path.Combine(folder.File("ca"), "issuing.key"));

        Assert.Throws<AuthorityException>(() => TestAuthority.Make(folder.Path));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder.File("ca"), "issuing.key")));
    }

    [Fact]
    public void Initialise_RemainsOfACrash_AreReplaced()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("ca.new"));
        File.WriteAllText(Path.Combine(folder.File("ca.new"), "root.key"), "half");
        Directory.CreateDirectory(folder.File("ca"));

        TestAuthority.Make(folder.Path).Dispose();

        Assert.False(Directory.Exists(folder.File("ca.new")));
        Assert.Equal(["issuing.key", "issuing.pem", "log.key", "log.pub", "root.crl", "root.key", "root.pem"], Directory.GetFiles(folder.File("ca")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("ca")));
        foreach (var file in Directory.GetFiles(folder.File("ca"))) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("", "example.org", "long enough passphrase")]
    [InlineData(" Example", "example.org", "long enough passphrase")]
    [InlineData("Example", "Example.org", "long enough passphrase")]
    [InlineData("Example", "127.0.0.1", "long enough passphrase")]
    [InlineData("Example", "exa mple.org", "long enough passphrase")]
    [InlineData("Example", "example.org", "short")]
    public void Initialise_BadInput_IsRefusedBeforeAnythingIsMade(string organisation, string domain, string passphrase)
    {
        using var folder = new TempFolder();

        Assert.Throws<AuthorityException>(() => CertificateAuthority.Initialise(folder.File("ca"), organisation, domain, passphrase, KeyPool.Shared, TestAuthority.Now));
        Assert.False(Directory.Exists(folder.File("ca")));
    }

    [Fact]
    public void GeneratedKeys_DeviceKey_IsFreshAndGetsACertificate()
    {
        using var key = GeneratedKeys.Instance.CreateRsa(3072);

        Assert.Equal(3072, key.KeySize);
        Assert.IsType<DeviceVerification.Verified>(Verify(
            Authority.Issue(Authority.Prepare(DeviceKeyUse.Identity, "alice", User, Device, key, TestAuthority.Now)).Der, DeviceKeyUse.Identity, TestAuthority.Now));
    }

    internal static SignedCertificate Issue(DeviceKeyUse use)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        return Authority.Issue(Authority.Prepare(use, "alice", User, Device, key, TestAuthority.Now));
    }

    private static DeviceVerification Verify(byte[] der, DeviceKeyUse use, DateTimeOffset at) =>
        DeviceCertificates.Verify(der, [Authority.IssuingCertificate], Authority.Anchor, use, at);
}
