using System.Net;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Tests;

/// <summary>RFC 5280 §4.2.1.10, beyond what PKITS asks.</summary>
public sealed class SubtreeTests
{
    [Theory]
    [InlineData("example.org", "example.org", true)]
    [InlineData("example.org", "a.EXAMPLE.org", true)]
    [InlineData("example.org", "badexample.org", false)]
    [InlineData(".example.org", "a.example.org", true)]
    [InlineData(".example.org", "example.org", false)]
    [InlineData("", "anything.at.all", true)]
    [InlineData("a.example.org", "*.example.org", false)]
    public void Holds_DnsName(string subtree, string name, bool held) => Assert.Equal(held, Holds(GeneralNameKind.DnsName, subtree, name));

    [Fact]
    public void Holds_WildcardOverAnExcludedName_IsExcluded() =>
        Assert.True(Subtree.Holds(Text(GeneralNameKind.DnsName, "a.example.org"), Text(GeneralNameKind.DnsName, "*.example.org"), excluding: true));

    [Theory]
    [InlineData("example.org", "a@example.org", true)]
    [InlineData("example.org", "a@b.example.org", false)]
    [InlineData(".example.org", "a@b.example.org", true)]
    [InlineData(".example.org", "a@example.org", false)]
    [InlineData("a@example.org", "a@EXAMPLE.org", true)]
    [InlineData("a@example.org", "A@example.org", false)]
    public void Holds_Mail(string subtree, string name, bool held) => Assert.Equal(held, Holds(GeneralNameKind.Rfc822Name, subtree, name));

    [Theory]
    [InlineData("example.org", "tw://example.org/user/1", true)]
    [InlineData("example.org", "https://u@Example.org:8443/?q#f", true)]
    [InlineData("example.org", "https://a.example.org/", false)]
    [InlineData(".example.org", "https://a.example.org/", true)]
    [InlineData("example.org", "https://example.org@evil.org/", false)]
    [InlineData("example.org", "https://evil.org/?https://example.org/", false)]
    public void Holds_Uri(string subtree, string name, bool held) => Assert.Equal(held, Holds(GeneralNameKind.Uri, subtree, name));

    [Theory]
    [InlineData(GeneralNameKind.Uri, "urn:uuid:1")]
    [InlineData(GeneralNameKind.Uri, "https://192.0.2.1/")]
    [InlineData(GeneralNameKind.Uri, "https://[2001:db8::1]/")]
    [InlineData(GeneralNameKind.Rfc822Name, "no address")]
    [InlineData(GeneralNameKind.OtherName, "")]
    [InlineData(GeneralNameKind.RegisteredId, "")]
    internal void Holds_NotUnderstood_IsRefusedEitherWay(GeneralNameKind kind, string name)
    {
        Assert.False(Subtree.Holds(Text(kind, "example.org"), Text(kind, name), excluding: false));
        Assert.True(Subtree.Holds(Text(kind, "example.org"), Text(kind, name), excluding: true));
    }

    [Theory]
    [InlineData(GeneralNameKind.Uri, "https://example.org/")]
    [InlineData(GeneralNameKind.Rfc822Name, "a@example.org")]
    internal void Holds_EmptySubtree_IsRefusedEitherWay(GeneralNameKind kind, string name)
    {
        Assert.False(Subtree.Holds(Text(kind, ""), Text(kind, name), excluding: false));
        Assert.True(Subtree.Holds(Text(kind, ""), Text(kind, name), excluding: true));
    }

    [Theory]
    [InlineData("192.0.2.0", "255.255.255.0", "192.0.2.77", true)]
    [InlineData("192.0.2.0", "255.255.255.0", "192.0.3.77", false)]
    [InlineData("0.0.0.0", "0.0.0.0", "203.0.113.9", true)]
    [InlineData("2001:db8::", "ffff:ffff::", "2001:db8:1::2", true)]
    [InlineData("0.0.0.0", "0.0.0.0", "::1", false)]
    public void Holds_Address(string network, string mask, string address, bool held)
    {
        byte[] subtree = [.. IPAddress.Parse(network).GetAddressBytes(), .. IPAddress.Parse(mask).GetAddressBytes()];

        Assert.Equal(held, Subtree.Holds(Bytes(subtree), Bytes(IPAddress.Parse(address).GetAddressBytes()), excluding: false));
    }

    private static bool Holds(GeneralNameKind kind, string subtree, string name) => Subtree.Holds(Text(kind, subtree), Text(kind, name), excluding: false);

    private static GeneralName Text(GeneralNameKind kind, string text) => new(kind, text, default);

    private static GeneralName Bytes(byte[] bytes) => new(GeneralNameKind.IpAddress, "", bytes);
}
