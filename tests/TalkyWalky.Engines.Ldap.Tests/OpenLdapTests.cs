using System.Text;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Harness;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>What is OpenLDAP's alone.</summary>
[Collection(OpenLdap.Name)]
public sealed class OpenLdapTests(Slapd server) : LdapSpecification(server, LdapKind.OpenLdap)
{
    protected override string CertificateAttribute => "userCertificate;binary";

    private string DefaultPolicy => $"cn=default,ou=policies,{server.Base[server.Base.IndexOf("dc=", StringComparison.OrdinalIgnoreCase)..]}";

    [Fact]
    public async Task Bind_DisabledByAnAttributeOfTheOrganisation_IsTold()
    {
        var ada = await AddAsync("ada");
        var directory = Test.Open(Test.Options with { Map = Test.Options.Map with { DisabledAttribute = "employeeType", DisabledValue = "left" } });
        await Test.SetAsync("ada", "employeeType", "Left");
        Assert.False((await directory.FindAsync(ada.User, None))!.Enabled);
        Assert.IsType<BindOutcome.Disabled>(await directory.BindAsync("ada", Password, None));
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", "wrong", None));
        Assert.IsType<ChangeOutcome.Refused>(await directory.SetEnabledAsync(ada.User, enabled: true, None)); // the service account may not change that one
        await Test.SetAsync("ada", "employeeType", null);
        Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None));
    }

    [Fact]
    public async Task Bind_AccountWhoseTimeIsOver_IsTold()
    {
        var ada = await AddAsync("ada");
        await server.ModifyAsync($"dn: {Test.DnOf("ada")}\nchangetype: modify\nadd: objectClass\nobjectClass: shadowAccount\n-\nadd: shadowExpire\nshadowExpire: 19000\n");
        Assert.False((await Directory.FindAsync(ada.User, None))!.Enabled);
        Assert.IsType<BindOutcome.Expired>(await Directory.BindAsync("ada", Password, None));
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", "wrong", None));
        await Test.SetAsync("ada", "shadowExpire", "40000");
        Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", Password, None));
    }

    [Fact]
    public async Task Bind_PasswordPastItsEnd_IsDisabledAndToldNobody()
    {
        var ada = await AddAsync("ada");
        await Test.SetAsync("ada", "pwdEndTime", "20200101000000Z");
        Assert.False((await Directory.FindAsync(ada.User, None))!.Enabled);
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", Password, None));
    }

    [Fact]
    public async Task Bind_ResetByAnAdministrator_MustChangeFirst()
    {
        await AddAsync("ada");
        await PolicyAsync("ada", "pwdMustChange: TRUE");
        await Test.SetAsync("ada", "pwdReset", "TRUE");
        Assert.IsType<BindOutcome.MustChangePassword>(await Directory.BindAsync("ada", Password, None));
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", "wrong", None));
    }

    [Fact]
    public async Task Bind_ExpiredPassword_MustChangeFirst()
    {
        var ada = await AddAsync("ada");
        await PolicyAsync("ada", "pwdMaxAge: 1");
        Assert.IsType<ChangeOutcome.Done>(await Directory.SetPasswordAsync(ada.User, Password, None)); // its age counts from here
        BindOutcome outcome;
        do outcome = await Directory.BindAsync("ada", Password, None);
        while (outcome is BindOutcome.Bound); // a second at most
        Assert.IsType<BindOutcome.MustChangePassword>(outcome);
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", "wrong", None));
    }

    [Fact]
    public async Task Add_WherePasswordsSetByOthersMustBeChanged_ThePersonsOwnStays()
    {
        await server.ModifyAsync($"dn: {DefaultPolicy}\nchangetype: modify\nadd: pwdMustChange\npwdMustChange: TRUE\n");
        try
        {
            await AddAsync("ada");
            Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", Password, None));
        }
        finally
        {
            await server.ModifyAsync($"dn: {DefaultPolicy}\nchangetype: modify\ndelete: pwdMustChange\n");
        }
    }

    [Fact]
    public async Task TwoEntriesOfOneName_AreNobody()
    {
        await AddAsync("ada");
        await server.ModifyAsync($"dn: cn=other,{Test.Base}\nobjectClass: inetOrgPerson\nuid: ADA\ncn: other\nsn: other\n");
        var log = new LogOfTests();
        var directory = Test.Open(Test.Options, log);
        Assert.Null(await directory.FindAsync("ada", None));
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", Password, None));
        Assert.Contains(log.Lines, static line => line.Contains("share a username", StringComparison.Ordinal));
        Assert.IsType<AddOutcome.NameTaken>(await directory.AddAsync(new NewAccount("ada", Password, "", null), None));
    }

    [Fact]
    public async Task TwoEntriesOfOneId_AreSaidAndNotTakenForNobody()
    {
        var id = UserId.New();
        foreach (var name in (string[])["ada", "copy"])
            await server.ModifyAsync($"dn: uid={name},{Test.Base}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\nemployeeNumber: {id}\n");
        var directory = Test.Open(Test.Options with { Map = Test.Options.Map with { Id = "employeeNumber" } });
        foreach (var look in (Func<Task>[])[() => directory.FindAsync([UserId.New(), id], None), () => directory.FindAsync(id, None)])
        {
            var e = await Assert.ThrowsAsync<EngineException>(look);
            Assert.All([Test.DnOf("ada"), Test.DnOf("copy"), "directory.idAttribute"], part => Assert.Contains(part, e.Message, StringComparison.OrdinalIgnoreCase));
        }

        await server.ModifyAsync($"dn: {Test.DnOf("copy")}\nchangetype: delete\n");
        Assert.Equal(id, Assert.Single(await directory.FindAsync([id], None)).User);
        Assert.Equal(id, (await directory.FindAsync("ada", None))!.User);
    }

    [Fact]
    public async Task TextsThatPeopleWrite_AreBounded()
    {
        var ada = await AddAsync("ada");
        await AddAsync("bob");
        foreach (var (attribute, value) in ((string, string)[])
                 [("displayName", $"Ada\u202e\0\n {new string('x', 1_200_000)}"), ("mail", $"{new string('m', 300)}@example.org"), ("uid", "a\u200bda"), ("uid", new string('u', 65))])
        {
            var change = attribute is "uid" ? "add" : "replace";
            await server.ModifyAsync($"dn: {Test.DnOf(attribute is "uid" ? "bob" : "ada")}\nchangetype: modify\n{change}: {attribute}\n{attribute}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\n");
        }

        await server.ModifyAsync($"dn: cn=long,{Test.Base}\nobjectClass: inetOrgPerson\nuid: {new string('u', 65)}\ncn: long\nsn: long\n");
        var log = new LogOfTests();
        var directory = Test.Open(Test.Options, log);
        for (var i = 0; i < 3; i++)
        {
            await Test.SetAsync("bob", "description", $"{i}"); // so that all are read again
            var listed = await directory.ListAsync(null, 10, None);
            Assert.Equal(["ada", "bob"], listed.Select(static account => account.Username));
            Assert.Equal(($"Ada {new string('x', Limits.FullName - 4)}", null), (listed[0].FullName, listed[0].Mail));
            Assert.Equal(listed[0], await directory.FindAsync(ada.User, None));
        }

        Assert.Contains($"cn=long,{Test.Base}", Assert.Single(log.Lines), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Bind_PasswordThatOtherSoftwareStoredAsTyped_IsRight()
    {
        const string Typed = "\u212bngstr\u00f6m 26 to the km"; // U+212B, which normalises to another character
        await AddAsync("ada");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["typed"], Typed);
        (await server.ToolAsync("ldappasswd", ["-T", folder["typed"], Test.DnOf("ada")])).Expect(0);
        Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", Typed, None));
        Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", Typed[1..], None));
    }

    [Fact]
    public async Task Add_ByATemplateOfTheOrganisation_MakesSuchAnEntry()
    {
        var template = new LdapTemplate("cn={fullName},{base}", [new("objectClass", "inetOrgPerson"), new("uid", "{username}"), new("cn", "{fullName}"), new("sn", "{lastName}"), new("title", "of {username}, by chat"), new("mobile", "{mail}")]);
        var directory = Test.Open(Test.Options with { NewUser = template });
        Assert.IsType<AddOutcome.Added>(await directory.AddAsync(new NewAccount("ada", Password, "King, Ada", null), None));
        Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None));
        var entry = await server.SearchAsync("(uid=ada)", "cn", "sn", "title", "mobile");
        Assert.All(["cn: King, Ada\n", "sn: Ada\n", "title: of ada, by chat\n"], line => Assert.Contains(line, entry, StringComparison.Ordinal));
        Assert.DoesNotContain("mobile", entry, StringComparison.Ordinal);
        Assert.IsType<AddOutcome.NameTaken>(await directory.AddAsync(new NewAccount("other", Password, "King, Ada", null), None));
    }

    [Fact]
    public async Task Group_OfGroupsTooDeep_IsSaidAndShutsNobodyOut()
    {
        await AddAsync("ada");
        await AddGroupAsync("g0", Test.DnOf("ada"));
        for (var i = 1; i <= 16; i++) await AddGroupAsync($"g{i}", $"cn=g{i - 1},{Test.Base}");
        Assert.True((await Test.Open(Test.Options with { Group = $"cn=g15,{Test.Base}" }).FindAsync("ada", None))!.Enabled);
        var e = await Assert.ThrowsAsync<EngineException>(() => Test.Open(Test.Options with { Group = $"cn=g16,{Test.Base}" }).FindAsync("ada", None));
        Assert.Contains("more than 16 deep", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceAccount_SetsPasswordsOfPeopleAloneAndSeesNone()
    {
        var ada = await AddAsync("ada");
        await PolicyAsync("ada", "pwdInHistory: 3");
        foreach (var password in (string[])["Another password 7", "Yet another 8"]) Assert.IsType<ChangeOutcome.Done>(await Directory.SetPasswordAsync(ada.User, password, None));
        Assert.Contains("pwdHistory:: ", await server.SearchAsync("(mail=ada@example.org)", "pwdHistory"), StringComparison.Ordinal);
        using (var link = LdapLink.Open(server.Ldap, Test.Options))
        {
            Assert.Equal(LibLdap.Success, link.Bind(server.BindDn, server.Password).Code);
            var seen = Search.One(link, Test.DnOf("ada"), "*", "+")!;
            Assert.Equal((true, false, false), (seen.Has("pwdChangedTime"), seen.Has("pwdHistory"), seen.Has("userPassword")));
        }

        await server.ModifyAsync($"dn: cn=replicator,ou=services,{server.Base}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: replicator\nuserPassword: untouched\n");
        var map = Test.Options.Map with { UserFilter = "(objectClass=simpleSecurityObject)", Username = "cn" };
        var services = Test.Open(Test.Options with { Base = $"ou=services,{server.Base}", Map = map });
        var replicator = (await services.FindAsync("replicator", None))!;
        Assert.Contains("may not set passwords", Assert.IsType<ChangeOutcome.Refused>(await services.SetPasswordAsync(replicator.User, Password, None)).Why, StringComparison.Ordinal);
        await server.ModifyAsync($"dn: cn=replicator,ou=services,{server.Base}\nchangetype: delete\n");
    }

    [Fact]
    public async Task Group_OfUniqueNamesAndOfPosixNames()
    {
        foreach (var name in (string[])["ada", "bob", "eve"]) await AddAsync(name);
        await server.ModifyAsync($"dn: cn=posix,{Test.Base}\nobjectClass: posixGroup\ncn: posix\ngidNumber: 5000\nmemberUid: bob\n");
        await server.ModifyAsync($"dn: cn=chat,{Test.Base}\nobjectClass: groupOfUniqueNames\ncn: chat\nuniqueMember: {Test.DnOf("ada")}\nuniqueMember: cn=posix,{Test.Base}\n");
        var grouped = Test.Open(Test.Options with { Group = $"cn=chat,{Test.Base}" });
        Assert.Equal([true, true, false], (await grouped.ListAsync(null, 10, None)).Select(static account => account.Enabled));
    }

    [Fact]
    public async Task List_OfThousands_ComesInPages()
    {
        var count = Effort.Count(1_000, 10_000);
        await server.ModifyAsync(string.Concat(Enumerable.Range(0, count).Select(i => $"dn: uid=u{i:D5},{Test.Base}\nobjectClass: inetOrgPerson\nuid: u{i:D5}\ncn: U {i}\nsn: {i}\n\n")));
        var listed = new List<Account>();
        for (IReadOnlyList<Account> page; (page = await Directory.ListAsync(listed.Count == 0 ? null : listed[^1].Username, 300, None)).Count > 0;) listed.AddRange(page);
        Assert.Equal(Enumerable.Range(0, count).Select(static i => $"u{i:D5}"), listed.Select(static account => account.Username));
        var users = listed.Select(static account => account.User).ToList();
        Assert.Equal(count, (await Directory.FindAsync(users, None)).Count);
    }

    protected override Task AddGroupAsync(string name, params string[] members) =>
        server.ModifyAsync($"dn: cn={name},{Test.Base}\nobjectClass: groupOfNames\ncn: {name}\n{string.Concat(members.Select(static member => $"member: {member}\n"))}");

    protected override Task RequireGoodPasswordsAsync() =>
        server.ModifyAsync($"dn: {DefaultPolicy}\nchangetype: modify\nadd: pwdCheckQuality\npwdCheckQuality: 2\n-\nadd: pwdMinLength\npwdMinLength: 12\n");

    protected override Task AllowAnyPasswordAsync() => server.ModifyAsync($"dn: {DefaultPolicy}\nchangetype: modify\ndelete: pwdCheckQuality\n-\ndelete: pwdMinLength\n");

    private async Task PolicyAsync(string username, string rule)
    {
        await server.ModifyAsync($"dn: cn=policy,{Test.Base}\nobjectClass: pwdPolicy\nobjectClass: device\ncn: policy\npwdAttribute: userPassword\n{rule}\n");
        await Test.SetAsync(username, "pwdPolicySubentry", $"cn=policy,{Test.Base}");
    }
}
