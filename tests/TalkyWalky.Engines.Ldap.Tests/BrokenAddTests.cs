using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>A connection that breaks while somebody is added, at each point where it can.</summary>
[Collection(FragileOpenLdap.Name)]
public sealed class BrokenAddTests(Slapd server) : FragileTest(server)
{
    [Fact]
    public async Task Add_Broken_LeavesNothingAndMayBeTriedAgain()
    {
        await using var way = new Proxy(Server.Ldap);
        var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}")] });
        var zoe = new NewAccount("zoe", Password, "Zoe", null);
        Account? added = null;
        var broken = 0;
        for (var pieces = 2; added is null; pieces++)
        {
            await directory.FindAsync("ada", None);
            way.BreakAfter(pieces);
            try
            {
                var account = Assert.IsType<AddOutcome.Added>(await directory.AddAsync(zoe, None)).Account;
                // Before the add, a request and its answer show that the connection is whole. It broke in them, and another one was taken.
                if (!way.IsYetToBreak) await Server.ModifyAsync($"dn: {Test.DnOf("zoe")}\nchangetype: delete\n");
                else added = account;
            }
            catch (EngineException e)
            {
                Assert.Contains("does not answer", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("uid: zoe", await Server.SearchAsync("(uid=zoe)", "uid"), StringComparison.Ordinal);
                broken++;
            }
        }

        Assert.Equal(added, Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("zoe", Password, None)).Account);
        Assert.InRange(broken, 10, 20); // five requests or more, before them and after
    }

    [Fact]
    public async Task Add_BrokenForGood_NamesTheEntryThatIsLeft()
    {
        var (left, isAdded) = (0, false);
        for (var pieces = 2; !isAdded; pieces++)
        {
            await using var way = new Proxy(Server.Ldap);
            var log = new LogOfTests();
            var directory = Test.Open(Test.Options with { Servers = [new Uri($"ldap://127.0.0.1:{way.Port}")] }, log);
            await directory.FindAsync("ada", None);
            way.BreakAfter(pieces, forGood: true);
            try
            {
                isAdded = await directory.AddAsync(new NewAccount("zoe", Password, "Zoe", null), None) is AddOutcome.Added;
            }
            catch (EngineException e)
            {
                if (!(await Server.SearchAsync("(uid=zoe)", "uid")).Contains("uid: zoe", StringComparison.Ordinal)) continue;
                Assert.Contains(Test.DnOf("zoe"), e.Message, StringComparison.Ordinal);
                Assert.Contains(log.Lines, line => line.Contains($"The entry {Test.DnOf("zoe")} may be there", StringComparison.Ordinal));
                await Server.ModifyAsync($"dn: {Test.DnOf("zoe")}\nchangetype: delete\n");
                left++;
            }
        }

        Assert.InRange(left, 5, 20);
    }
}
