using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Ldap;
using TalkyWalky.Harness;
using TalkyWalky.Server.Sync;
using Xunit.Abstractions;

namespace TalkyWalky.Server.Tests.Sync;

/// <summary>Ten thousand people in a real OpenLDAP, each with a device.</summary>
public sealed class LargeDirectoryTests(Slapd server, ITestOutputHelper output) : IClassFixture<Slapd>
{
    private const int People = 10_000;

    [Fact]
    public async Task Sync_TenThousandPeople_FindsWhoLeft_AndHoldsAMassDisabling()
    {
        await FillAsync();
        using var directory = LdapDirectory.Open(
            new LdapOptions(
                LdapKind.OpenLdap, [server.Ldaps], StartTls: false, server.CaFile, server.BindDn, server.Password, $"ou=many,{server.Base}", LdapPresets.MapOf(LdapKind.OpenLdap),
                LdapPresets.NewUserOf(LdapKind.OpenLdap), Group: null, Connections: 8, TimeSpan.FromSeconds(30)),
            TimeProvider.System, NullLogger.Instance);
        await using var place = await SyncPlace.MakeAsync(directory, await EveryoneAsync(directory));

        var watch = Stopwatch.StartNew();
        Assert.Equal((People, 0), Counts(Assert.IsType<SyncOutcome.Done>(await place.RunAsync())));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a look at {People} people: {watch.Elapsed.TotalSeconds:0.0} s"));

        await DisableAsync(0, 20);
        Assert.Equal((People, 20), Counts(Assert.IsType<SyncOutcome.Done>(await place.RunAsync())));
        Assert.Equal(20, place.Acts.Count(static act => act.StartsWith("revoked", StringComparison.Ordinal)));

        await DisableAsync(20, 1_001);
        Assert.Equal((People - 20, 1_001), Counts(Assert.IsType<SyncOutcome.Held>(await place.RunAsync())));
        Assert.Equal(40, place.Acts.Count);
    }

    private static (int People, int Leavers) Counts(SyncOutcome outcome) => (outcome.Findings.People, outcome.Findings.Leavers.Count);

    private static string Dn(int person) => string.Create(CultureInfo.InvariantCulture, $"uid=u{person:D5},ou=many");

    // Into the stopped server's files (slapadd(8)): adding them one by one takes a minute.
    private async Task FillAsync()
    {
        await server.StopAsync();
        var entries = Enumerable.Range(0, People).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"dn: {Dn(i)},{server.Base}\nobjectClass: inetOrgPerson\nuid: u{i:D5}\ncn: Person {i}\nsn: {i}\n\n"));
        var ldif = $"dn: ou=many,{server.Base}\nobjectClass: organizationalUnit\nou: many\n\n{string.Concat(entries)}";
        (await Programs.RunAsync("/usr/sbin/slapadd", ["-q", "-f", Path.Combine(server.Folder, "slapd.conf"), "-b", server.Base], ldif)).Expect(0);
        await server.StartAsync();
    }

    private static async Task<List<Account>> EveryoneAsync(LdapDirectory directory)
    {
        var everyone = new List<Account>();
        for (IReadOnlyList<Account> page; (page = await directory.ListAsync(everyone.Count == 0 ? null : everyone[^1].Username, 500, default)).Count > 0;) everyone.AddRange(page);
        return everyone;
    }

    private Task DisableAsync(int from, int count) => server.ModifyAsync(string.Concat(Enumerable.Range(from, count).Select(
        i => $"dn: {Dn(i)},{server.Base}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n\n")));
}
