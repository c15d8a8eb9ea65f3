namespace TalkyWalky.Wire.Tests;

public sealed class JoinLinkTests
{
    private static readonly Digest Root = Digest.Sha256("root"u8);

    [Theory]
    [InlineData("chat.example.org", 8443, null)]
    [InlineData("chat.example.org", 443, "abc-DEF_123")]
    [InlineData("127.0.0.1", 8443, null)]
    [InlineData("::1", 8443, "T")]
    public void JoinLink_WrittenAndParsed_IsTheSame(string host, int port, string? invitation)
    {
        var link = new JoinLink(host, port, Root, invitation);
        Assert.True(JoinLink.TryParse(link.ToString(), out var parsed, out var error), error);
        Assert.Equal(link, parsed);
        Assert.Equal(port, parsed.Gateway.Port);
        Assert.Equal(Uri.UriSchemeHttps, parsed.Gateway.Scheme);
    }

    [Fact]
    public void JoinLink_AsDocumented_Parses()
    {
        Assert.True(JoinLink.TryParse($"  talkywalky://localhost:8443/join#root={Root}&invite=T1  ", out var link, out _));
        Assert.Equal(new JoinLink("localhost", 8443, Root, "T1"), link);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://localhost:8443/join#root=ROOT")]
    [InlineData("talkywalky://localhost/join#root=ROOT")]
    [InlineData("talkywalky://localhost:0/join#root=ROOT")]
    [InlineData("talkywalky://localhost:8443/#root=ROOT")]
    [InlineData("talkywalky://localhost:8443/join")]
    [InlineData("talkywalky://localhost:8443/join?root=ROOT")]
    [InlineData("talkywalky://user@localhost:8443/join#root=ROOT")]
    [InlineData("talkywalky://localhost:8443/join#root=ROOT0")]
    [InlineData("talkywalky://localhost:8443/join#root=ROOT&root=ROOT")]
    [InlineData("talkywalky://localhost:8443/join#root=ROOT&invite=")]
    [InlineData("talkywalky://localhost:8443/join#root=ROOT&other=1")]
    [InlineData("talkywalky://localhost:8443/join#invite=T")]
    public void JoinLink_AnythingElse_IsRefusedWithASentence(string? text)
    {
        Assert.False(JoinLink.TryParse(text?.Replace("ROOT", Root.ToString(), StringComparison.Ordinal), out var link, out var error));
        Assert.Null(link);
        Assert.Contains("join link", error, StringComparison.Ordinal);
    }

    [Fact]
    public void JoinLink_InvitationLongerThan128_IsRefused() =>
        Assert.False(JoinLink.TryParse($"talkywalky://localhost:8443/join#root={Root}&invite={new string('a', 129)}", out _, out _));
}
