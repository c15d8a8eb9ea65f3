using System.Buffers;
using System.Net;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Tests.Hosting;

public sealed class ProxyHeaderTests
{
    // The specification's example in section 2.2 has no bytes; this is one written by hand after its tables.
    private const string ByHand = "0d0a0d0a000d0a515549540a" + "21" + "11" + "000c" + "cb007105" + "0a000001" + "c738" + "1d13";

    [Fact]
    public void Read_AHeaderByHand_GivesTheSource()
    {
        var bytes = Convert.FromHexString(ByHand);
        Assert.Equal((28, "203.0.113.5:51000"), Read([.. bytes, 22, 3, 1]));
        Assert.Equal(bytes, ProxyHeader.Write(IPEndPoint.Parse("203.0.113.5:51000"), IPEndPoint.Parse("10.0.0.1:7443")));
    }

    [Theory]
    [InlineData("[2001:db8::5]:51000", "[2001:db8::1]:7443", "[2001:db8::5]:51000")]
    [InlineData("[::ffff:203.0.113.5]:51000", "10.0.0.1:7443", "203.0.113.5:51000")]
    [InlineData("203.0.113.5:51000", "[2001:db8::1]:7443", "[::ffff:203.0.113.5]:51000")]
    public void Write_IsReadBack(string source, string destination, string read)
    {
        var header = ProxyHeader.Write(IPEndPoint.Parse(source), IPEndPoint.Parse(destination));
        Assert.Equal((header.Length, read), Read(header));
        for (var length = 0; length < header.Length; length++) Assert.Equal((0, null), Read(header[..length]));
    }

    [Theory]
    [InlineData("16030100", -1)] // TLS
    [InlineData("0d0a0d0a000d0a515549540a" + "31" + "11" + "0000", -1)] // another version
    [InlineData("0d0a0d0a000d0a515549540a" + "21" + "11" + "0004" + "cb007105", -1)] // too short for its family
    [InlineData("0d0a0d0a000d0a515549540a" + "21" + "11" + "ffff", -1)] // too long to be waited for
    [InlineData("0d0a0d0a000d0a515549540a" + "20" + "00" + "0000", 16)] // LOCAL
    [InlineData("0d0a0d0a000d0a515549540a" + "21" + "31" + "0002" + "0000", 18)] // a Unix socket
    public void Read_Others_HaveNoSource(string hex, int length) => Assert.Equal((length, null), Read(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.5 10.0.0.1 51000 7443\r\nrest", 44, "203.0.113.5:51000")]
    [InlineData("PROXY TCP6 2001:db8::5 2001:db8::1 51000 7443\r\n", 47, "[2001:db8::5]:51000")]
    [InlineData("PROXY UNKNOWN\r\n", 15, null)]
    [InlineData("PROXY TCP4 203.0.113.5", 0, null)]
    [InlineData("PROXY TCP4 203.0.113.5 10.0.0.1 51000\r\n", -1, null)]
    [InlineData("PROXY TCP4 somewhere 10.0.0.1 51000 7443\r\n", -1, null)]
    [InlineData("POST / HTTP/1.1\r\n", -1, null)]
    public void Read_Version1_GivesTheSource(string line, int length, string? source) => Assert.Equal((length, source), Read(System.Text.Encoding.ASCII.GetBytes(line)));

    [Fact]
    public void Read_Version1_WithoutAnEnd_IsNone() => Assert.Equal((-1, null), Read(System.Text.Encoding.ASCII.GetBytes($"PROXY {new string('x', 120)}")));

    private static (int Length, string? Source) Read(byte[] bytes)
    {
        ProxyHeader.Read(new ReadOnlySequence<byte>(bytes), out var length, out var source);
        return (length, source?.ToString());
    }
}
