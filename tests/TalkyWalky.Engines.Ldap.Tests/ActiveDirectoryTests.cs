using System.Globalization;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>What is Active Directory's alone.</summary>
[Collection(ActiveDirectory.Name)]
public sealed class ActiveDirectoryTests(EmptyDomain domain) : LdapSpecification(domain.Server, LdapKind.ActiveDirectory)
{
    protected override string CertificateAttribute => "userCertificate";

    private string Root => Test.Base[Test.Base.IndexOf("DC=", StringComparison.OrdinalIgnoreCase)..];

    [Fact]
    public async Task Add_EnablesTheAccount()
    {
        await AddAsync("ada");
        Assert.Contains("userAccountControl: 512\n", await domain.Server.SearchAsync("(sAMAccountName=ada)", "userAccountControl"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bind_AccountWhoseTimeIsOver_IsTold()
    {
        var ada = await AddAsync("ada");
        await Test.SetAsync("ada", "accountExpires", DateTimeOffset.UtcNow.AddDays(-1).ToFileTime().ToString(CultureInfo.InvariantCulture));
        Assert.False((await Directory.FindAsync(ada.User, None))!.Enabled);
        Assert.IsType<BindOutcome.Expired>(await Directory.BindAsync("ada", Password, None));
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", "wrong", None));
    }

    [Fact]
    public async Task Bind_ResetByAnAdministrator_MustChangeFirst()
    {
        await AddAsync("ada");
        await Test.SetAsync("ada", "pwdLastSet", "0");
        Assert.IsType<BindOutcome.MustChangePassword>(await Directory.BindAsync("ada", Password, None));
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", "wrong", None));
    }

    [Fact]
    public async Task Add_NameUsedElsewhereInTheDomain_IsTaken() =>
        Assert.IsType<AddOutcome.NameTaken>(await Directory.AddAsync(new NewAccount("Administrator", Password, "", null), None));

    [Fact]
    public async Task Group_ThatIsEverybodysPrimaryOne_HoldsEverybody()
    {
        await AddAsync("ada");
        var grouped = Test.Open(Test.Options with { Group = $"CN=Domain Users,CN=Users,{Root}" });
        Assert.True((await grouped.FindAsync("ada", None))!.Enabled);
    }

    [Fact]
    public async Task Group_HoldsThoseWhosePrimaryOneIsInIt()
    {
        await AddAsync("ada");
        await AddGroupAsync("inner", $"CN=Domain Users,CN=Users,{Root}");
        await AddGroupAsync("chat", $"CN=inner,{Test.Base}");
        await AddGroupAsync("other");
        Assert.True((await Test.Open(Test.Options with { Group = $"CN=chat,{Test.Base}" }).FindAsync("ada", None))!.Enabled);
        Assert.False((await Test.Open(Test.Options with { Group = $"CN=other,{Test.Base}" }).FindAsync("ada", None))!.Enabled);
    }

    [Fact]
    public async Task List_OfMany_ComesInPages()
    {
        var count = Effort.Count(50, 2_000); // to add more than a page of the directory's takes most of a minute
        await domain.Server.ModifyAsync(string.Concat(Enumerable.Range(0, count).Select(i => $"dn: CN=u{i:D5},{Test.Base}\nobjectClass: user\nsAMAccountName: u{i:D5}\n\n")));
        var listed = new List<string>();
        for (IReadOnlyList<Account> page; (page = await Directory.ListAsync(listed.Count == 0 ? null : listed[^1], 30, None)).Count > 0;) listed.AddRange(page.Select(static account => account.Username));
        Assert.Equal(Enumerable.Range(0, count).Select(static i => $"u{i:D5}"), listed);
    }

    protected override Task AddGroupAsync(string name, params string[] members) =>
        domain.Server.ModifyAsync($"dn: CN={name},{Test.Base}\nobjectClass: group\n{string.Concat(members.Select(static member => $"member: {member}\n"))}");

    // The domain requires them already.
    protected override Task RequireGoodPasswordsAsync() => Task.CompletedTask;

    protected override Task AllowAnyPasswordAsync() => Task.CompletedTask;
}
