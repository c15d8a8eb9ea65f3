using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;

namespace TalkyWalky.Gateway.Tests;

/// <summary>CRLs on their way from the store to devices.</summary>
public sealed class StatusTests
{
    private static readonly Digest Issuer = Digest.Sha256("issuing"u8), Other = Digest.Sha256("other issuing"u8);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Connect_EachIssuersNewestFollowsWelcome()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var first = await (await host.EnrolAsync("ada")).ConnectAsync();
        await SaveAsync(host, 1);
        await SaveAsync(host, 2, Other);
        host.Gateway.StatusReplaced();
        await ReadAsync(first);
        await ReadAsync(first); // now the gateway knows both

        await using var second = await (await host.EnrolAsync("bob")).ConnectAsync();

        var got = new[] { await second.ReceiveAsync(), await second.ReceiveAsync() };
        Assert.All(got, static frame => Assert.Equal(BodyOneofCase.RevocationList, frame.BodyCase));
        Assert.Equal([1, 2], got.Select(static frame => (int)Assert.Single(frame.RevocationList.Der)).Order());
    }

    [Fact]
    public async Task Newer_IsPushedOnce()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        await SaveAsync(host, 1);
        host.Gateway.StatusReplaced();
        Assert.Equal([1], await ReadAsync(ada));
        host.Gateway.StatusReplaced();
        host.Gateway.StatusReplaced();
        await SaveAsync(host, 3);
        host.Gateway.StatusReplaced();
        Assert.Equal([3], await ReadAsync(ada));
    }

    [Fact]
    public async Task Large_ComesInParts()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        var der = RandomNumberGenerator.GetBytes((2 * Limits.RevocationListPart) + 1);
        await host.Store.SaveCrlAsync(new PublishedCrl(Issuer, 1, der), None);
        host.Gateway.StatusReplaced();
        var parts = new List<RevocationList>();
        do parts.Add((await ada.ExpectAsync(BodyOneofCase.RevocationList)).RevocationList);
        while (parts[^1].More);
        Assert.Equal([Limits.RevocationListPart, Limits.RevocationListPart, 1], parts.Select(static part => part.Der.Length));
        Assert.Equal(der, parts.SelectMany(static part => part.Der).ToArray());
    }

    [Fact]
    public async Task NewsThatIsLost_IsMadeUpForByTheNextLook()
    {
        await using var host = await GatewayHost.StartAsync(hurry: 20);
        host.Time.Factor = 1; // of sessions
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        await SaveAsync(host, 1);
        Assert.Equal([1], await ReadAsync(ada));
    }

    [Fact]
    public async Task AnAuthorityThatRunsApart_TellsEveryGateway()
    {
        var hub = new BusHub();
        await using var one = await GatewayHost.StartAsync(bus: hub.Join());
        await using var other = await one.StartAnotherAsync(hub.Join());
        await using var ada = await (await one.EnrolAsync("ada")).ConnectAsync();
        await using var bob = await (await one.EnrolAsync("bob")).ConnectAsync(other);
        await SaveAsync(one, 1);
        new GatewayVoice(hub.Join()).StatusReplaced();
        Assert.Equal([1], await ReadAsync(ada));
        Assert.Equal([1], await ReadAsync(bob));
    }

    private static Task SaveAsync(GatewayHost host, byte number, Digest? issuer = null) => host.Store.SaveCrlAsync(new PublishedCrl(issuer ?? Issuer, number, [number]), None);

    private static async Task<byte[]> ReadAsync(TestClient client) => (await client.ExpectAsync(BodyOneofCase.RevocationList)).RevocationList.Der.ToByteArray();
}
