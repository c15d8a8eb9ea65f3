using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>Two servers, the second with a copy of the first one's entries.</summary>
[Collection(FragileOpenLdap.Name)]
public sealed class FailOverTests(Slapd server) : FragileTest(server)
{
    [Fact]
    public async Task FirstServerAway_TheSecondAnswersUntilItIsBack()
    {
        var second = await CopyAsync();
        try
        {
            await second.ModifyAsync($"dn: {Test.DnOf("ada")}\nchangetype: modify\nreplace: displayName\ndisplayName: On the second\n");
            var time = new ManualTime();
            var directory = Test.Open(Test.Options with { Servers = [Server.Ldap, second.Ldap], CaFile = Server.CaFile }, time: time);
            Assert.Equal("Ada L.", (await directory.FindAsync("ada", None))!.FullName);
            await Server.KillAsync();
            Assert.Equal("On the second", (await directory.FindAsync("ada", None))!.FullName);
            Assert.Equal("On the second", Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None)).Account.FullName);
            Assert.IsType<ChangeOutcome.Done>(await directory.SetEnabledAsync(Ada.User, enabled: true, None));

            await Server.StartAsync();
            Assert.Equal("On the second", (await directory.FindAsync("ada", None))!.FullName);
            time.Advance(LdapServers.CoolDown);
            Assert.Equal("Ada L.", (await directory.FindAsync("ada", None))!.FullName);
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    [Fact]
    public async Task FirstServerAwayInTheMiddleOfAnAdd_NamesTheEntry()
    {
        var second = await CopyAsync();
        try
        {
            await using var way = new Proxy(Server.Ldap);
            var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}"), second.Ldap] });
            await directory.FindAsync("ada", None);
            way.BreakAfter(7, forGood: true); // the answer to the fourth request, which adds
            var e = await Assert.ThrowsAsync<EngineException>(() => directory.AddAsync(new NewAccount("zoe", Password, "Zoe", null), None));
            Assert.Contains(Test.DnOf("zoe"), e.Message, StringComparison.Ordinal);
            Assert.Contains("uid: zoe", await Server.SearchAsync("(uid=zoe)", "uid"), StringComparison.Ordinal);
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    [Fact]
    public async Task IdleConnectionEnded_TheSameServerIsAskedAgain()
    {
        var second = await CopyAsync();
        try
        {
            // Who has just been added is not on the second one yet.
            var bob = Assert.IsType<AddOutcome.Added>(await Directory.AddAsync(new NewAccount("bob", Password, "", null), None)).Account;
            Assert.Null(await Test.Open(Test.Options with { Servers = [second.Ldap] }).FindAsync(bob.User, None));
            await using var way = new Proxy(Server.Ldap);
            var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}"), second.Ldap] });
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(bob, await directory.FindAsync(bob.User, None));
                way.Break();
            }
        }
        finally
        {
            await second.DisposeAsync();
        }
    }

    private async Task<Slapd> CopyAsync()
    {
        var second = new Slapd();
        await Server.StopAsync();
        (await Programs.RunAsync("cp", ["-a", Server.Folder + "/.", second.Folder])).Expect(0);
        await Server.StartAsync();
        await second.StartAsync();
        return second;
    }
}
