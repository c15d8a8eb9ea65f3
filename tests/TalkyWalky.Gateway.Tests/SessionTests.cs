using System.Net.WebSockets;
using System.Text.Json;
using Google.Protobuf;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class SessionTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private TestDevice _ada = null!, _bob = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(prefetch: 16);
        (_ada, _bob) = (await _host.EnrolAsync("ada"), await _host.EnrolAsync("bob"));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task BadFrames_EndTheirSessionAndNoOther()
    {
        await using var other = await _bob.ConnectAsync();
        foreach (var vector in JsonDocument.Parse(await File.ReadAllTextAsync(Repository.Vectors("wire", "bad-client-frames.json"))).RootElement.EnumerateArray())
        {
            await using var client = await _ada.ConnectAsync();
            await client.SendRawAsync(Convert.FromHexString(vector.GetProperty("hex").GetString()!), WebSocketMessageType.Binary);
            Assert.Equal(CloseCode.Malformed, (await client.ExpectClosingAsync()).Code);
        }

        await StillServedAsync(other);
    }

    [Fact]
    public async Task TextMessage_IsMalformed()
    {
        await using var client = await _ada.ConnectAsync();
        await client.SendRawAsync("hello"u8.ToArray(), WebSocketMessageType.Text);
        Assert.Equal(CloseCode.Malformed, (await client.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task SecondHello_IsMalformed()
    {
        await using var client = await _ada.ConnectAsync();
        await client.SendHelloAsync([1]);
        Assert.Equal(CloseCode.Malformed, (await client.ExpectClosingAsync()).Code);
    }

    [Fact]
    public async Task FrameThatNeverEnds_IsCutOffAtItsLimit()
    {
        await using var other = await _bob.ConnectAsync();
        await using var client = await _ada.ConnectAsync();
        var part = new byte[64 * 1024];
        for (var sent = 0; sent <= Limits.Frame; sent += part.Length) await client.SendRawAsync(part, WebSocketMessageType.Binary, end: false);
        Assert.Equal(CloseCode.Malformed, (await client.ExpectClosingAsync()).Code);
        await StillServedAsync(other);
    }

    [Fact]
    public async Task FrameInParts_IsOneFrame()
    {
        await using var client = await _ada.ConnectAsync();
        var bytes = new ClientFrame { Lookup = new Lookup { Request = 9, Username = "bob" } }.ToByteArray();
        foreach (var part in bytes) await client.SendRawAsync(new[] { part }, WebSocketMessageType.Binary, end: false);
        await client.SendRawAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary);
        Assert.Equal(9ul, (await client.ReceiveAsync()).PersonFound.Request);
    }

    [Fact]
    public async Task SameDeviceAgain_ReplacesTheFirst()
    {
        await using var first = await _ada.ConnectAsync();
        await using var second = await _ada.ConnectAsync();
        Assert.Equal(CloseCode.Replaced, (await first.ExpectClosingAsync()).Code);
        await StillServedAsync(second);
    }

    [Fact]
    public async Task Unacknowledged_IsDeliveredAgainAfterADrop()
    {
        await PublishAsync(3);
        var bob = await _bob.ConnectAsync();
        var tags = new List<ulong>();
        for (var i = 0; i < 3; i++) tags.Add((await bob.ExpectDeliveryAsync()).Tag);
        bob.Drop();
        await using var again = await _bob.ConnectAsync();
        for (var i = 0; i < 3; i++) Assert.Equal(i, BitConverter.ToInt32((await again.ExpectDeliveryAsync()).Envelope.Payload.Span));
    }

    [Fact]
    public async Task Acknowledged_IsNotDeliveredAgain()
    {
        await PublishAsync(3);
        var bob = await _bob.ConnectAsync();
        await bob.AckAsync((await bob.ExpectDeliveryAsync()).Tag, (await bob.ExpectDeliveryAsync()).Tag);
        await bob.LeaveAsync();
        await using var again = await _bob.ConnectAsync();
        Assert.Equal(2, BitConverter.ToInt32((await again.ExpectDeliveryAsync()).Envelope.Payload.Span));
    }

    [Fact]
    public async Task Deliveries_BeyondThePrefetch_WaitForAcknowledgements()
    {
        await PublishAsync(20);
        await using var bob = await _bob.ConnectAsync();
        var tags = new List<ulong>();
        for (var i = 0; i < 16; i++) tags.Add((await bob.ExpectDeliveryAsync()).Tag);
        await bob.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 1, Username = "ada" } });
        Assert.Equal(ServerFrame.BodyOneofCase.PersonFound, (await bob.ReceiveAsync()).BodyCase);
        await bob.AckAsync(tags);
        for (var i = 16; i < 20; i++) Assert.Equal(i, BitConverter.ToInt32((await bob.ExpectDeliveryAsync()).Envelope.Payload.Span));
    }

    [Fact]
    public async Task PeerThatDoesNotRead_IsCutOffAndLosesNothing()
    {
        await using var host = await GatewayHost.StartAsync();
        var (ada, bob) = (await host.EnrolAsync("ada"), await host.EnrolAsync("bob"));
        await using var slow = await bob.ConnectAsync();
        await using var client = await ada.ConnectAsync();
        await client.SendAsync(new ClientFrame { WatchPresence = new WatchPresence { Users = { ByteString.CopyFrom(bob.User.ToArray()) } } });
        Assert.Equal(Presence.Online, (await client.ReceiveAsync()).PresenceChanged.Presence);
        host.Time.Factor = 30;
        for (var i = 0; i < 40; i++)
        {
            await client.SayAsync(host.Conversation(ada, bob), new byte[Limits.Payload], bob.Id);
            await client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        }

        Assert.Equal(Presence.Offline, (await client.ExpectAsync(ServerFrame.BodyOneofCase.PresenceChanged)).PresenceChanged.Presence);
        host.Time.Factor = 1;
        await using var again = await bob.ConnectAsync();
        for (var i = 0; i < 40; i++) await again.ExpectDeliveryAsync();
    }

    [Fact]
    public async Task Disconnect_EndsEverySessionOfThePerson()
    {
        var second = await _host.EnrolAsync(_ada.Account);
        await using var one = await _ada.ConnectAsync();
        await using var two = await second.ConnectAsync();
        await using var other = await _bob.ConnectAsync();
        var disconnecting = _host.Gateway.DisconnectAsync(_ada.User, CloseCode.AccountDisabled, "disabled by a test");
        Assert.Equal("disabled by a test", (await one.ExpectClosingAsync()).Text);
        Assert.Equal(CloseCode.AccountDisabled, (await two.ExpectClosingAsync()).Code);
        await one.DisposeAsync();
        await two.DisposeAsync();
        await disconnecting;
        await StillServedAsync(other);
    }

    [Fact]
    public async Task Dispose_SaysGoodbyeToAll()
    {
        await using var one = await _ada.ConnectAsync();
        await using var two = await _bob.ConnectAsync();
        var stopping = _host.Gateway.DisposeAsync();
        Assert.Equal(CloseCode.ShuttingDown, (await one.ExpectClosingAsync()).Code);
        Assert.Equal(CloseCode.ShuttingDown, (await two.ExpectClosingAsync()).Code);
        await one.DisposeAsync();
        await two.DisposeAsync();
        await stopping;
    }

    [Fact]
    public async Task Dispose_DoesNotWaitForPeersThatKeepStill()
    {
        await using var host = await GatewayHost.StartAsync();
        var ada = await host.EnrolAsync("ada");
        await using var mute = await host.OpenAsync();
        await using var client = await ada.ConnectAsync();
        host.Time.Factor = 50;
        await host.Gateway.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task HostThatStops_EndsSessionsWithAGoodbye()
    {
        await using var client = await _ada.ConnectAsync();
        var stopping = _host.StopAsync();
        Assert.Equal(CloseCode.ShuttingDown, (await client.ExpectClosingAsync()).Code);
        await client.DisposeAsync();
        await stopping;
    }

    private async Task PublishAsync(int count)
    {
        await using var client = await _ada.ConnectAsync();
        for (var i = 0; i < count; i++)
        {
            await client.SayAsync(_host.Conversation(_ada, _bob), BitConverter.GetBytes(i), _bob.Id);
            await client.ExpectAsync(ServerFrame.BodyOneofCase.Accepted);
        }

        await client.LeaveAsync();
    }

    private static async Task StillServedAsync(TestClient client)
    {
        await client.SendAsync(new ClientFrame { Lookup = new Lookup { Request = 77, Username = "ada" } });
        Assert.Equal(77ul, (await client.ExpectAsync(ServerFrame.BodyOneofCase.PersonFound)).PersonFound.Request);
    }
}
