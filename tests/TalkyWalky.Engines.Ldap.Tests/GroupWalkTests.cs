using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Flavours;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

[Collection(OpenLdap.Name)]
public sealed class GroupWalkTests(Slapd server)
{
    private readonly ManualTime _time = new();
    private readonly LdapOptions _options = new TestDirectory(server, LdapKind.OpenLdap).Options;

    [Fact]
    public async Task ManyAtOnce_OneWalks()
    {
        var walk = new GroupWalk(_options, _time);
        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Walk(walk, mark: null))));
        Assert.Single(seen.Distinct(ReferenceEqualityComparer.Instance));
        Assert.Contains("uid=ada,ou=people,dc=example,dc=org", seen[0].Dns);
    }

    [Fact]
    public void WithoutAMark_IsReadAgainAfterASecond()
    {
        var walk = new GroupWalk(_options, _time);
        var first = Walk(walk, mark: null);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Same(first, Walk(walk, mark: null));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotSame(first, Walk(walk, mark: null));
    }

    [Fact]
    public void WithAMark_IsReadAgainWhenThatMovesAndNotBefore()
    {
        var walk = new GroupWalk(_options, _time);
        var first = Walk(walk, "one");
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Same(first, Walk(walk, "one"));
        Assert.NotSame(first, Walk(walk, "two"));
    }

    private GroupMembers Walk(GroupWalk walk, string? mark)
    {
        using var link = LdapLink.Open(server.Ldap, _options);
        Assert.Equal(LibLdap.Success, link.Bind(server.BindDn, server.Password).Code);
        return walk.Members(link, server.Group, mark);
    }
}
