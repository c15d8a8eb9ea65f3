using TalkyWalky.Engines.Ldap.Connections;

namespace TalkyWalky.Engines.Ldap.Tests;

public sealed class LdapServersTests
{
    private static readonly Uri First = new("ldaps://one.example.org"), Second = new("ldaps://two.example.org"), Third = new("ldaps://three.example.org");

    private readonly ManualTime _time = new();

    [Fact]
    public void Failed_ComesLastUntilItCooledDown()
    {
        var servers = new LdapServers([First, Second, Third], _time);
        Assert.Equal([First, Second, Third], servers.InOrder());
        servers.Failed(First);
        Assert.Equal([Second, Third, First], servers.InOrder());
        _time.Advance(LdapServers.CoolDown);
        Assert.Equal([First, Second, Third], servers.InOrder());
    }

    [Fact]
    public void AllFailed_TheOneThatRestedLongestComesFirst()
    {
        var servers = new LdapServers([First, Second], _time);
        servers.Failed(Second);
        _time.Advance(TimeSpan.FromSeconds(1));
        servers.Failed(First);
        Assert.Equal([Second, First], servers.InOrder());
    }
}
