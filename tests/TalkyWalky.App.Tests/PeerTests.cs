using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TalkyWalky.App.Security;

namespace TalkyWalky.App.Tests;

/// <summary>Whose process is at the other end.</summary>
public sealed class PeerTests
{
    // As /proc/net/tcp and tcp6 write them: a browser's plain socket, one for both families, and another user's.
    private const string Tcp = """
           1: 0100007F:5019 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 71 1 0000000000000000 20 4 30 10 -1
           2: 0100007F:C350 0100007F:5019 01 00000000:00000000 00:00000000 00000000  1000        0 72 1 0000000000000000 20 4 30 10 -1
           3: 0100007F:5019 0100007F:C351 01 00000000:00000000 00:00000000 00000000  1000        0 73 1 0000000000000000 20 4 30 10 -1
           4: 0100007F:5019 0100007F:C352 01 00000000:00000000 00:00000000 00000000  1000        0 74 1 0000000000000000 20 4 30 10 -1
           5: 0100007F:C352 0100007F:5019 01 00000000:00000000 00:00000000 00000000  1001        0 75 1 0000000000000000 20 4 30 10 -1
           6: 0100007F:C353 0100007F:5019 garbage
           7: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:5019 01 00000000:00000000 00:00000000 00000000  1000        0 76 1
        """;

    [Theory]
    [InlineData(0xC350, 1000u)]
    [InlineData(0xC351, 1000u)]
    [InlineData(0xC352, 1001u)]
    [InlineData(0xC353, null)]
    [InlineData(0xC354, null)]
    public void UserOf_RowsOfTheTable_FindsTheOtherEnd(int port, uint? user)
    {
        var (server, client) = (new IPEndPoint(IPAddress.Loopback, 0x5019), new IPEndPoint(IPAddress.Loopback, port));
        Assert.Equal(user, TcpTable.UserOf(Tcp.Split('\n'), client, server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IsSameUser_OwnConnection_IsTrue(bool isForBothFamilies)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = isForBothFamilies ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        using var accepted = await listener.AcceptSocketAsync();
        Assert.True(Peers.Instance.IsSameUser((IPEndPoint)accepted.LocalEndPoint!, (IPEndPoint)accepted.RemoteEndPoint!));
    }

    [Fact]
    public void IsSameUser_NoSuchConnection_IsFalse() =>
        Assert.False(Peers.Instance.IsSameUser(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2)));

    /// <summary>Another user can be played by the administrator alone.</summary>
    [Fact]
    public async Task Exchange_ByAnotherUsersProgram_IsRefused()
    {
        if (Environment.UserName != "root") return;
        await using var app = await TestApp.StartAsync();
        var start = new ProcessStartInfo("setpriv", [
            "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "-s", "-X", "POST", "-H", "content-type: application/json", "-d", $"{{\"token\":\"{app.NewToken()}\"}}",
            new Uri(app.Server.Address, "/api/v1/session").ToString(),
        ]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var curl = Process.Start(start)!;
        var answer = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        Assert.Contains("This program belongs to another user of this computer.", answer, StringComparison.Ordinal);
    }
}
