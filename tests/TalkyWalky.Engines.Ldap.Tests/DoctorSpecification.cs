using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines.Ldap.Diagnosis;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>What the doctor says about a set-up that works, and about what administrators get wrong.</summary>
public abstract class DoctorSpecification(RealDirectory server, LdapKind kind) : IAsyncLifetime
{
    private static readonly LdapNeeds Everything = new(AddsPeople: true, PublishesCertificates: true, Sample: "ada");

    private readonly TestDirectory _directory = new(server, kind);

    public async Task InitializeAsync()
    {
        var directory = await _directory.StartAsync();
        foreach (var name in (string[])["ada", "bob"])
            Assert.IsType<AddOutcome.Added>(await directory.AddAsync(new NewAccount(name, PasswordOf(name), name, null), CancellationToken.None));
    }

    public Task DisposeAsync() => _directory.DeleteAsync();

    [Fact]
    public async Task Healthy_NothingIsBad_AndNothingIsChanged()
    {
        var before = await EverythingAsync();
        var findings = Examine(_directory.Options);
        Assert.All(findings, finding => Assert.True(finding.Verdict == Verdict.Good || IsUnknowable(finding), Text(findings)));
        Assert.All(findings.Where(static finding => finding.Verdict == Verdict.Good), static finding => Assert.Null(finding.Remedy));
        Assert.Equal(["connect", "TLS", "bind", "search", "group", "sample user", "rights", "rights", "rights", "rights", "changes", "clock"], findings.Select(static finding => finding.Check));
        Assert.Contains("2 people", Only(findings, "search").Detail, StringComparison.Ordinal);
        Assert.StartsWith("ada (ada), id ", Only(findings, "sample user").Detail, StringComparison.Ordinal);
        Assert.Equal(before, await EverythingAsync());
    }

    [Fact]
    public void Ldaps_IsAsGoodAsStartTls() =>
        Assert.Equal(Verdict.Good, Only(Examine(_directory.Options with { Servers = [_directory.Server.Ldaps] }), "TLS").Verdict);

    [Fact]
    public void WrongPassword_SaysWhereItStands()
    {
        var findings = Examine(_directory.Options with { Password = "wrong" });
        IsBad(findings, "bind", "password wrong", "directory.passwordFile");
        Assert.All(findings.SkipWhile(static finding => finding.Check is not "bind").Skip(1), static finding => Assert.Equal(Verdict.Skipped, finding.Verdict));
    }

    [Fact]
    public async Task WrongCa_SaysWhoIssuedTheCertificate()
    {
        using var temp = new TempFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Another CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        using var other = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(temp["ca.pem"], other.ExportCertificatePem());
        foreach (var address in new[] { _directory.Server.Ldap, _directory.Server.Ldaps })
            IsBad(Examine(_directory.Options with { Servers = [address], CaFile = temp["ca.pem"] }), "TLS", "\"CN=CA of 127.", "directory.caFile");
    }

    [Fact]
    public void CaFileOfNothing_SaysSo() => IsBad(Examine(_directory.Options with { CaFile = "/nowhere/ca.pem" }), "TLS", "/nowhere/ca.pem is not there", "directory.caFile");

    [Fact]
    public void MissingRights_AreBadWhereNeeded_AndAWarningElse()
    {
        var options = _directory.Options with { BindDn = _directory.DnOf("bob"), Password = PasswordOf("bob") };
        var findings = Examine(options);
        Assert.Equal(Verdict.Bad, findings.Single(static finding => finding.Detail is "may not add people").Verdict);
        Assert.Equal(Verdict.Bad, findings.Single(static finding => finding.Detail is "may not publish certificates").Verdict);
        Assert.Equal(Verdict.Warning, findings.Single(static finding => finding.Detail is "may not disable and unlock people").Verdict);
        Assert.All(findings.Where(static finding => finding.Detail.StartsWith("may not ", StringComparison.Ordinal)), static finding => Assert.Contains("docs/guide/ldap.md", finding.Remedy, StringComparison.Ordinal));

        var reading = new LdapDoctor(options, new LdapNeeds(AddsPeople: false, PublishesCertificates: false, "ada"), TimeProvider.System).Examine();
        Assert.DoesNotContain(reading, static finding => finding.Verdict == Verdict.Bad);
    }

    [Fact]
    public void WrongBase_SaysWhatTheDirectoryHolds()
    {
        var findings = Examine(_directory.Options with { Base = "dc=elsewhere,dc=org" });
        var search = Only(findings, "search");
        Assert.Equal(Verdict.Bad, search.Verdict);
        Assert.Equal(Verdict.Skipped, Only(findings, "sample user").Verdict);
        Assert.Contains("directory.base", search.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongFilter_SaysThatNobodyMatches() =>
        IsBad(Examine(_directory.Options with { Map = _directory.Options.Map with { UserFilter = "(objectClass=device)" } }), "search", "(objectClass=device)", "directory.userFilter");

    [Fact]
    public void UnknownSample_SaysSo() =>
        IsBad(new LdapDoctor(_directory.Options, Everything with { Sample = "nobody" }, TimeProvider.System).Examine(), "sample user", "nobody", "directory.userFilter");

    [Fact]
    public void GroupOfNothing_SaysSo() =>
        IsBad(Examine(_directory.Options with { Group = $"cn=missing,{_directory.Base}" }), "group", $"there is no group cn=missing,{_directory.Base}", "directory.group");

    [Fact]
    public void Unreachable_SaysWhichServer_AndTheOtherOneIsLookedAt()
    {
        var away = new Uri($"ldap://127.0.0.1:{Ports.Free()}");
        var alone = Examine(_directory.Options with { Servers = [away] });
        IsBad(alone, "connect", away.Authority, "directory.servers");
        Assert.All(alone.Skip(1), static finding => Assert.Equal(Verdict.Skipped, finding.Verdict));

        var two = Examine(_directory.Options with { Servers = [away, _directory.Server.Ldap] });
        Assert.Equal([Verdict.Bad, Verdict.Good], two.Where(static finding => finding.Check is "connect").Select(static finding => finding.Verdict));
        Assert.Equal(Verdict.Good, Only(two, "search").Verdict);
    }

    [Fact]
    public void WithoutTls_IsRefusedByTheDirectory_AndSaysWhatToSet()
    {
        var findings = Examine(_directory.Options with { StartTls = false });
        Assert.Equal(Verdict.Warning, Only(findings, "TLS").Verdict);
        IsBad(findings, "bind", "over TLS alone", "directory.startTls");
    }

    [Fact]
    public void ClockAhead_SaysHowFar()
    {
        var findings = new LdapDoctor(_directory.Options, Everything, new Ahead(TimeSpan.FromMinutes(10))).Examine();
        Assert.Matches("^(599|600|601) s ahead", Only(findings, "clock").Detail);
        Assert.Equal(Verdict.Bad, Only(findings, "clock").Verdict);
    }

    // All attributes, the change marks among them. Samba notes when and how often an account bound, which is none of ours; slapd orders entries as it likes.
    private async Task<IEnumerable<string>> EverythingAsync() =>
        (await _directory.Server.SearchAsync("(objectClass=*)", "*", "+")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Where(static entry => !entry.StartsWith("dn: CN=talkywalky,", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static IReadOnlyList<Finding> Examine(LdapOptions options) => new LdapDoctor(options, Everything, TimeProvider.System).Examine();

    // Active Directory keeps to itself whether an account may set passwords.
    private bool IsUnknowable(Finding finding) =>
        kind == LdapKind.ActiveDirectory && finding is { Check: "rights", Verdict: Verdict.Skipped } && finding.Detail.EndsWith("it may set passwords", StringComparison.Ordinal);

    private static void IsBad(IReadOnlyList<Finding> findings, string check, string detail, string remedy)
    {
        var finding = Only(findings, check);
        Assert.True(finding.Verdict == Verdict.Bad, Text(findings));
        Assert.Contains(detail, finding.Detail, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    private static Finding Only(IReadOnlyList<Finding> findings, string check) => findings.Single(finding => string.Equals(finding.Check, check, StringComparison.Ordinal));

    private static string Text(IEnumerable<Finding> findings) => string.Join('\n', findings);

    private static string PasswordOf(string name) => $"Correct-horse-1-{name}x";

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
