using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Harness;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>What the adapter does on both kinds of directory.</summary>
public abstract class LdapSpecification(RealDirectory server, LdapKind kind) : IAsyncLifetime
{
    protected const string Password = "Correct horse battery 9";
    protected static readonly CancellationToken None = CancellationToken.None;

    protected TestDirectory Test { get; } = new(server, kind);

    protected LdapDirectory Directory { get; private set; } = null!;

    public async Task InitializeAsync() => Directory = await Test.StartAsync();

    public Task DisposeAsync() => Test.DeleteAsync();

    [Fact]
    public async Task OddNames_AreTheirOwnAccountOrRefusedWithASentence()
    {
        var ada = await AddAsync("ada");
        string[] names =
        [
            "*)(uid=*", "*", "(ada)", "a,b", "a=b", "a+b", "a;b", "a<b>", "a\\b", "a/b", "a\"b", "\"quoted\"", "'or'1", "#hash", "o#k", " leading", "two  spaces", "dot.", "a@b",
            "nul\0", "nul\0l", "tab\tbed", new('x', 64), new('x', 256), "жанна", "zo\u00eb", "李小龙", "😀", "a😀b", "\ud800", "\\2a", "\\00", "cn=ada", "ada)(mail=*", "$home", "%s", "|x", "&y", "!z",
        ];
        foreach (var name in names)
        {
            switch (await Directory.AddAsync(new NewAccount(name, Password, name, null), None))
            {
                case AddOutcome.Added { Account: var added }:
                    Assert.Equal(name.Trim().ToLowerInvariant(), added.Username);
                    Assert.Equal(added, Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync(name, Password, None)).Account);
                    Assert.Equal(added, await Directory.FindAsync(added.User, None));
                    Assert.NotEqual(ada.User, added.User);
                    break;
                case AddOutcome.Refused refused:
                    Assert.Contains(' ', refused.Why);
                    Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync(name, Password, None));
                    break;
                default:
                    Assert.Fail($"{name} is not taken");
                    break;
            }
        }

        Assert.Equal(ada, await Directory.FindAsync("ada", None));
    }

    [Fact]
    public async Task OddPasswords_BindExactlyOrAreRefusedWithASentence()
    {
        var ada = await AddAsync("ada");
        string[] passwords =
        [
            "*)(uid=*Aa1", " Leading space 1", "Trailing space 1 ", "#Hash 1 aA", "Comma, Quote\" 1", "Back\\slash 1", "Кириллица 1 aA", "Emoji 😀 1 aA", "Equals=Plus+1", "Nul\0 in it 1", "\0Nul 1 aA",
            "Half \ud800 1 aA", "A1 " + new string('b', 61), "A1 " + new string('b', 117), "A1 " + new string('b', 253), "{SSHA}Aa1notahash",
        ];
        var set = Password;
        foreach (var password in passwords)
        {
            switch (await Directory.SetPasswordAsync(ada.User, password, None))
            {
                case ChangeOutcome.Done:
                    set = password;
                    break;
                case ChangeOutcome.Refused refused:
                    Assert.Contains(' ', refused.Why);
                    break;
                default:
                    Assert.Fail("ada is known");
                    break;
            }

            Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", set, None));
            foreach (var near in (string[])[password.Trim(), password.Split('\0')[0], password[..^1]])
            {
                if (near.Length == 0 || string.Equals(near, set, StringComparison.Ordinal)) continue;
                Assert.IsType<BindOutcome.Refused>(await Directory.BindAsync("ada", near, None));
                Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", set, None)); // nor do failures add up to a lock
            }
        }
    }

    [Fact]
    public async Task Add_PasswordRefusedByTheRules_LeavesNothingBehind()
    {
        await RequireGoodPasswordsAsync();
        try
        {
            var refused = Assert.IsType<AddOutcome.Refused>(await Directory.AddAsync(new NewAccount("ada", "password", "Ada L.", null), None));
            Assert.Contains("choose", refused.Why, StringComparison.Ordinal);
            Assert.DoesNotContain(Test.DnOf("ada"), await server.SearchAsync("(objectClass=*)", "dn"), StringComparison.OrdinalIgnoreCase);
            Assert.IsType<AddOutcome.Added>(await Directory.AddAsync(new NewAccount("ada", Password, "Ada L.", null), None));
        }
        finally
        {
            await AllowAnyPasswordAsync();
        }
    }

    [Fact]
    public async Task Bind_TooManyFailures_TellsUntilWhenItIsLocked()
    {
        var ada = await AddAsync("ada");
        for (var i = 0; i < 5; i++) await Directory.BindAsync("ada", "wrong", None);
        var locked = Assert.IsType<BindOutcome.Locked>(await Directory.BindAsync("ada", Password, None));
        Assert.InRange(locked.Until!.Value, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal(locked.Until, (await Directory.FindAsync(ada.User, None))!.LockedUntil);
        Assert.IsType<ChangeOutcome.Done>(await Directory.UnlockAsync(ada.User, None));
        Assert.Equal(ada, Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada", Password, None)).Account);
    }

    [Fact]
    public async Task Group_HoldsThoseInGroupsInIt()
    {
        foreach (var name in (string[])["ada", "bob", "dora", "eve"]) await AddAsync(name);
        await AddGroupAsync("engineers", Test.DnOf("ada"));
        await AddGroupAsync("staff", $"CN=engineers,{Test.Base}");
        await AddGroupAsync("chat", $"CN=staff,{Test.Base}", Test.DnOf("dora"));
        await server.ModifyAsync($"dn: CN=engineers,{Test.Base}\nchangetype: modify\nadd: member\nmember: CN=chat,{Test.Base}\n"); // in a circle
        var grouped = Test.Open(Test.Options with { Group = $"cn=Chat, {Test.Base}" });
        Assert.Equal([("ada", true), ("bob", false), ("dora", true), ("eve", false)], (await grouped.ListAsync(null, 10, None)).Select(static account => (account.Username, account.Enabled)));
        Assert.IsType<BindOutcome.Bound>(await grouped.BindAsync("ada", Password, None));
        Assert.IsType<BindOutcome.Disabled>(await grouped.BindAsync("eve", Password, None));
        Assert.IsType<BindOutcome.Refused>(await grouped.BindAsync("eve", "wrong", None));

        await server.ModifyAsync($"dn: CN=staff,{Test.Base}\nchangetype: modify\nadd: member\nmember: {Test.DnOf("eve")}\n\ndn: CN=engineers,{Test.Base}\nchangetype: modify\ndelete: member\nmember: {Test.DnOf("ada")}\n");
        Assert.False((await grouped.FindAsync("ada", None))!.Enabled);
        Assert.True((await grouped.FindAsync("eve", None))!.Enabled);
    }

    [Fact]
    public async Task Group_ThatIsNotThere_IsSaid()
    {
        await AddAsync("ada");
        var grouped = Test.Open(Test.Options with { Group = $"CN=nothing,{Test.Base}" });
        var e = await Assert.ThrowsAsync<EngineException>(() => grouped.FindAsync("ada", None));
        Assert.Contains("directory.group", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WrongBase_IsSaid()
    {
        var wrong = Test.Open(Test.Options with { Base = $"OU=nowhere,{Test.Base}" });
        var e = await Assert.ThrowsAsync<EngineException>(() => wrong.CheckAsync(None));
        Assert.Contains("directory.base", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WrongServicePassword_IsSaid()
    {
        var wrong = Test.Open(Test.Options with { Password = "wrong" });
        var e = await Assert.ThrowsAsync<EngineException>(() => wrong.CheckAsync(None));
        Assert.Contains("directory.bindDn", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_KeepsWhatOthersPutThere()
    {
        var ada = await AddAsync("ada");
        var (theirs, first, second) = (Certificate("theirs"), Certificate("ours 1"), Certificate("ours 2"));
        await server.ModifyAsync($"dn: {Test.DnOf("ada")}\nchangetype: modify\nadd: {CertificateAttribute}\n{CertificateAttribute}:: {Convert.ToBase64String(theirs)}\n");
        foreach (var ours in (byte[][][])[[first], [first, second], [second], []])
        {
            Assert.IsType<ChangeOutcome.Done>(await Directory.PublishCertificatesAsync(ada.User, ours, certificate => !certificate.Span.SequenceEqual(theirs), None));
            Assert.Equal(
                ours.Append(theirs).Select(Convert.ToBase64String).Order(StringComparer.Ordinal),
                (await server.SearchAsync($"(mail=ada@example.org)", CertificateAttribute)).Split('\n')
                    .Where(line => line.StartsWith($"{CertificateAttribute}:: ", StringComparison.Ordinal)).Select(line => line[(CertificateAttribute.Length + 3)..]).Order(StringComparer.Ordinal));
        }

        Assert.IsType<ChangeOutcome.Unknown>(await Directory.PublishCertificatesAsync(UserId.New(), [first], static _ => true, None));
    }

    [Fact]
    public async Task ChangeMark_MovesWithEveryChangeAlone()
    {
        await AddAsync("ada");
        var before = await Directory.ChangeMarkAsync(None);
        Assert.NotNull(before);
        Assert.Equal(before, await Directory.ChangeMarkAsync(None));
        await Test.SetAsync("ada", "description", "changed");
        Assert.NotEqual(before, await Directory.ChangeMarkAsync(None));
    }

    [Fact]
    public async Task List_SeesWhatChangedAtOnce()
    {
        await AddAsync("ada");
        await AddAsync("bob");
        Assert.Equal(["ada", "bob"], (await Directory.ListAsync(null, 10, None)).Select(static account => account.Username));
        await server.ModifyAsync($"dn: {Test.DnOf("ada")}\nchangetype: delete\n");
        Assert.Equal(["bob"], (await Directory.ListAsync(null, 10, None)).Select(static account => account.Username));
    }

    [Fact]
    public async Task Renamed_KeepsTheId()
    {
        var ada = await AddAsync("ada");
        await server.ModifyAsync($"dn: {Test.DnOf("ada")}\nchangetype: modrdn\nnewrdn: {(kind == LdapKind.OpenLdap ? "uid" : "CN")}=ada.king\ndeleteoldrdn: 1\n");
        if (kind == LdapKind.ActiveDirectory) await Test.SetAsync("ada.king", "sAMAccountName", "Ada.King");
        var renamed = (await Directory.FindAsync(ada.User, None))!;
        Assert.Equal("ada.king", renamed.Username, ignoreCase: true);
        Assert.Null(await Directory.FindAsync("ada", None));
        Assert.Equal(ada.User, Assert.IsType<BindOutcome.Bound>(await Directory.BindAsync("ada.king", Password, None)).Account.User);
    }

    protected abstract string CertificateAttribute { get; }

    protected abstract Task AddGroupAsync(string name, params string[] members);

    protected abstract Task RequireGoodPasswordsAsync();

    protected abstract Task AllowAnyPasswordAsync();

    protected async Task<Account> AddAsync(string username) =>
        Assert.IsType<AddOutcome.Added>(await Directory.AddAsync(new NewAccount(username, Password, "Ada L.", $"{username}@example.org"), None)).Account;

    private static byte[] Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        return certificate.RawData;
    }
}
