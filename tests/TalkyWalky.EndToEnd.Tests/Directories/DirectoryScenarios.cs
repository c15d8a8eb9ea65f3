using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TalkyWalky.Harness;
using Xunit.Abstractions;

namespace TalkyWalky.EndToEnd.Tests.Directories;

/// <summary>What the issue of the organisation's own directory shows, with the real programs on a real directory.</summary>
public abstract class DirectoryScenarios(Nobody organisation, RealDirectory directory, ITestOutputHelper output)
{
    private const string Disabled = "this account is disabled";

    protected abstract string UsernameAttribute { get; }

    /// <summary>A record of LDIF without its dn that disables an account.</summary>
    protected abstract string Disabling { get; }

    /// <summary>What somebody with the right password of a disabled account is told.</summary>
    protected abstract string RefusalOfDisabled { get; }

    /// <summary>Records of LDIF that give a person another username.</summary>
    protected abstract string Renaming(string dn, string name);

    [Fact]
    public async Task Registered_StandsInTheDirectory_Chats_IsRenamed_AndIsOutWhenDisabled()
    {
        await using var office = await OpenAsync();
        var (ada, grace, heidi) = (office.Known("ada"), office.Stranger("grace"), office.Stranger("heidi"));
        await Task.WhenAll(grace.RegisterAsync(), heidi.RegisterAsync(), office.EnterAsync(ada));
        await Task.WhenAll(office.ListenAsync(grace), office.ListenAsync(heidi));
        await Office.UntilAsync(async () => await CertificatesAsync("grace") == 2, "grace's certificates are not published");

        (await ada.SendAsync("grace", "hello")).Expect(0);
        (await grace.SendAsync("ada", "hello yourself")).Expect(0);
        await HasAsync(grace, "ada", "hello");
        await HasAsync(ada, "grace", "hello yourself");
        await ada.RoomAsync("create", "plans");
        foreach (var name in (string[])["grace", "heidi"]) await ada.RoomAsync("add", "plans", name);
        await SaysInRoomAsync(ada, "all of us", heidi, grace);

        const string Renamed = "Grace.Hopper";
        await directory.ModifyAsync(Renaming(await DnAsync("grace"), Renamed));
        await Office.UntilAsync(async () => (await heidi.RunAsync(["contact", "show", Renamed])).Exit == 0, "grace has the old name");
        await heidi.SendAsync("grace.hopper", "what a name"); // waits where grace's device has not renewed its certificate yet
        await HasAsync(grace, "heidi", "what a name");
        (await ada.SendAsync(Renamed, "indeed")).Expect(0);
        Assert.Equal(["hello", "hello yourself", "indeed"], (await ada.HistoryAsync(Renamed)).Select(Messages.Text));

        var user = await office.UserAsync(Renamed);
        var closing = office.UntilClosedAsync(user, Disabled);
        await directory.ModifyAsync($"dn: {await DnAsync(Renamed)}\nchangetype: modify\n{Disabling}\n");
        var changed = Stopwatch.StartNew();
        var refusing = UntilRefusedAsync(ada, Renamed, changed);
        await closing;
        var closed = changed.Elapsed.TotalSeconds;
        var refused = await refusing;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{directory.GetType().Name}: session closed after {closed:0.0} s, a peer's send refused after {refused:0.0} s"));
        Assert.True(closed < 10, $"the session was closed after {closed} s");
        Assert.True(refused < 15, $"a peer's send was refused after {refused} s");
        await Office.UntilAsync(async () => await CertificatesAsync(Renamed) == 0, "grace's certificates are still published");
        Assert.Contains(RefusalOfDisabled, (await office.Stranger(Renamed, "grace-2").LoginAsync()).Expect(4).Errors, StringComparison.OrdinalIgnoreCase);
        await SaysInRoomAsync(ada, "the two of us", heidi); // with new keys, which grace has not

        closing = office.UntilClosedAsync(await office.UserAsync("heidi"), "this account does not exist any more");
        await directory.ModifyAsync($"dn: {await DnAsync("heidi")}\nchangetype: delete\n");
        Assert.True(await closing < 10);
    }

    [Fact]
    public async Task GroupLeft_IsOut_AndAnEmptiedGroupIsHeldBackUntilConfirmed()
    {
        await using var office = await OpenAsync(new JsonObject { ["group"] = directory.Group, ["breakerCount"] = 2, ["breakerShare"] = 50 });
        Assert.Contains(Disabled, (await office.Known("carol").LoginAsync()).Expect(4).Errors, StringComparison.OrdinalIgnoreCase); // outside the group
        Member[] members = [office.Known("ada"), office.Known("bob"), office.Known("dora")]; // ada and bob through groups in the group
        await Task.WhenAll(members.Select(office.EnterAsync));
        var (ada, bob) = (members[0], members[1]);

        var closing = office.UntilClosedAsync(await office.UserAsync("dora"), Disabled);
        await ChangeGroupAsync("delete", await DnAsync("dora"));
        Assert.True(await closing < 10);
        await Office.UntilAsync(async () => (await DevicesAsync("dora")).Contains("revoked", StringComparison.Ordinal), "dora's device is not revoked");

        var staff = await GroupDnAsync("staff");
        await ChangeGroupAsync("add", await DnAsync("carol")); // of OpenLDAP's groups none is empty
        await ChangeGroupAsync("delete", staff);
        await Office.UntilAsync(async () => (await office.ReadyAsync()).Contains("wait for an administrator", StringComparison.Ordinal), "the alarm did not come");
        var looked = (await office.AdminAsync("directory", "sync", "--dry-run")).Expect(0);
        Assert.Contains("2 people with devices, 2 to end", looked.Output, StringComparison.Ordinal);
        Assert.Contains("--confirm 2", looked.Errors, StringComparison.Ordinal);
        Assert.Contains("--confirm 2", (await office.AdminAsync("directory", "sync")).Expect(1).Errors, StringComparison.Ordinal);
        foreach (var name in (string[])["ada", "bob"]) // who is not let in meanwhile, but keeps the devices
            Assert.Contains("active", await DevicesAsync(name), StringComparison.Ordinal);

        closing = office.UntilClosedAsync(await office.UserAsync("bob"), Disabled);
        Assert.Contains("2 ended", (await office.AdminAsync("directory", "sync", "--confirm", "2")).Expect(0).Output, StringComparison.Ordinal);
        await closing;
        Assert.NotEqual(0, (await bob.SendAsync("ada", "am I in?")).Exit);
        await ChangeGroupAsync("add", staff);
        await ChangeGroupAsync("add", await DnAsync("dora"));
        await ChangeGroupAsync("delete", await DnAsync("carol"));

        async Task<string> DevicesAsync(string name) => (await office.AdminAsync("device", "list", "--user", name)).Expect(0).Output;

        Task ChangeGroupAsync(string how, string member) => directory.ModifyAsync($"dn: {directory.Group}\nchangetype: modify\n{how}: member\nmember: {member}\n");
    }

    [Fact]
    public async Task DirectoryAway_NobodyIsOut_AndLogInsSaySo()
    {
        await using var office = await OpenAsync();
        var ada = office.Known("ada");
        await office.EnterAsync(ada);
        await directory.StopAsync();
        try
        {
            await office.Server.ErrorLineAsync(static line => line.Contains("nobody is ended until it can", StringComparison.Ordinal));
            Assert.Contains("server cannot do this now", (await office.Known("bob").LoginAsync()).Errors, StringComparison.Ordinal);
            Assert.Contains("directory is not available", await office.ReadyAsync(), StringComparison.Ordinal);
            Assert.Contains("online", (await ada.RunAsync(["status"])).Output, StringComparison.Ordinal);
        }
        finally
        {
            await directory.StartAsync(); // the other tests need it
        }

        await office.Server.ErrorLineAsync(static line => line.Contains("the directory is watched again", StringComparison.Ordinal));
        (await office.Known("bob").LoginAsync()).Expect(0);
        (await ada.SendAsync("bob", "still here")).Expect(0);
    }

    [Fact]
    public async Task UnusualNames_LogInAndChat()
    {
        string[] names = ["Ada.Byron", "Зоя Иванова", "d'Arc #1"];
        await using var office = await OpenAsync();
        var members = names.Select((name, index) => office.Stranger(name, $"unusual-{index}")).ToArray();
        foreach (var member in members) await AddAsync(member.Name, member.Password);
        Assert.Contains("Зоя Иванова may log in", (await office.AdminAsync(["directory", "test-login", names[1], "--password-file", "-"], members[1].Password + "\n")).Expect(0).Output, StringComparison.Ordinal);
        await Task.WhenAll(members.Select(office.EnterAsync));
        await members[0].RoomAsync("create", "plans");
        foreach (var member in members[1..])
        {
            (await members[0].SendAsync(member.Name, "hello")).Expect(0);
            await HasAsync(member, "ada.byron", "hello");
            await members[0].RoomAsync("add", "plans", member.Name);
        }

        await SaysInRoomAsync(members[0], "all of us", members[1..]);
        (await office.AdminAsync("user", "invite", names[1])).Expect(0);
        Assert.Contains(names[2], (await office.AdminAsync("device", "list", "--user", names[2])).Expect(0).Output, StringComparison.Ordinal);
    }

    /// <param name="settings">Further keys of the section "directory".</param>
    private protected Task<Office> OpenAsync(JsonObject? settings = null, string registration = "open") => Office.OpenAsync(organisation, directory, settings, registration);

    /// <summary>Adds somebody as the administrator does.</summary>
    protected abstract Task AddAsync(string name, string password);

    private async Task<string> GroupDnAsync(string name) =>
        (await directory.SearchAsync($"(&(cn={name})(member=*))", "1.1")).Split('\n').Single(static line => line.StartsWith("dn: ", StringComparison.Ordinal))["dn: ".Length..];

    private async Task<int> CertificatesAsync(string name) =>
        (await directory.SearchAsync($"({UsernameAttribute}={name})", "userCertificate;binary", "userCertificate")).Split('\n').Count(static line => line.StartsWith("userCertificate", StringComparison.Ordinal));

    /// <summary>With the name of the field: a name that is not ASCII stands in base64 there.</summary>
    protected async Task<string> DnAsync(string name) =>
        (await directory.SearchAsync($"({UsernameAttribute}={name})", "1.1")).Split('\n').Single(static line => line.StartsWith("dn:", StringComparison.Ordinal))["dn: ".Length..];

    private static Task HasAsync(Member member, string with, string text) =>
        Office.UntilAsync(async () => (await member.HistoryAsync(with)).Any(message => message.Text() == text), $"{member.Name} did not get \"{text}\"");

    private static async Task SaysInRoomAsync(Member member, string text, params Member[] readers)
    {
        (await member.RunAsync(["send", "--room", "plans", text])).Expect(0);
        foreach (var reader in readers)
            await Office.UntilAsync(async () => (await reader.RoomHistoryAsync("plans")).Any(message => message.Text() == text), $"{reader.Name} did not get \"{text}\"");
    }

    private static async Task<double> UntilRefusedAsync(Member from, string to, Stopwatch since)
    {
        while ((await from.SendAsync(to, "are you there?")).Exit == 0) Assert.True(since.Elapsed.TotalSeconds < 60, "sends were never refused");
        return since.Elapsed.TotalSeconds;
    }
}

[Collection(RealDirectories.Name)]
public sealed class OpenLdapScenarios(Nobody organisation, Slapd directory, ITestOutputHelper output) : DirectoryScenarios(organisation, directory, output), IClassFixture<Slapd>
{
    protected override string UsernameAttribute => "uid";

    protected override string Disabling => "add: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z";

    protected override string RefusalOfDisabled => "wrong username or password"; // slapd does not look at it

    protected override string Renaming(string dn, string name) => $"dn: {dn}\nchangetype: modrdn\nnewrdn: uid={name}\ndeleteoldrdn: 1\n";

    protected override async Task AddAsync(string name, string password)
    {
        var id = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        await directory.ModifyAsync($"dn: cn={id},ou=people,{directory.Base}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {id}\nsn: {id}\nuserPassword: {password}\n");
    }
}

[Collection(RealDirectories.Name)]
public sealed class ActiveDirectoryScenarios(Nobody organisation, DomainController directory, ITestOutputHelper output)
    : DirectoryScenarios(organisation, directory, output), IClassFixture<DomainController>
{
    protected override string UsernameAttribute => "sAMAccountName";

    protected override string Disabling => "replace: userAccountControl\nuserAccountControl: 514";

    protected override string RefusalOfDisabled => "this account is disabled";

    [Fact]
    public async Task PasswordThatTheDomainRefuses_KeepsTheInvitation()
    {
        await using var office = await OpenAsync(registration: "invite");
        office.Join = (await office.AdminAsync("user", "invite")).Expect(0).Lines[^1];
        var ivy = office.Stranger("ivy");
        Assert.Contains("password", (await ivy.TryRegisterAsync("onlyletters")).Expect(4).Errors, StringComparison.OrdinalIgnoreCase);
        await ivy.RegisterAsync();
    }

    protected override string Renaming(string dn, string name) => $"dn: {dn}\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: {name}\n";

    protected override Task AddAsync(string name, string password) => directory.SambaToolAsync("user", "create", name, password);
}
