using System.Globalization;
using Google.Protobuf;
using TalkyWalky.Gateway.Tests.Support;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.ServerFrame;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;
using UserHead = TalkyWalky.Pki.Log.UserHead;

namespace TalkyWalky.Gateway.Tests;

/// <summary>The transparency log on its way from the store to devices.</summary>
public sealed class LogTests
{
    private static readonly Digest Identity = Digest.Sha256("identity"u8), Encryption = Digest.Sha256("encryption"u8);

    [Fact]
    public async Task TreeHead_FollowsWelcomeAndIsPushedWhenItIsAnother()
    {
        await using var host = await GatewayHost.StartAsync();
        using var log = new TestLog(host.Log);
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        await log.FillAsync(3);
        var first = await log.SignAsync();
        host.Gateway.StatusReplaced();
        Assert.Equal(first, (await ada.ExpectAsync(BodyOneofCase.TreeHead)).TreeHead.Token.ToByteArray());

        await using var bob = await (await host.EnrolAsync("bob")).ConnectAsync();
        Assert.Equal(first, (await bob.ExpectAsync(BodyOneofCase.TreeHead)).TreeHead.Token.ToByteArray());

        host.Gateway.StatusReplaced();
        await log.FillAsync(1);
        var second = await log.SignAsync();
        host.Gateway.StatusReplaced();
        var pushed = (await ada.ExpectAsync(BodyOneofCase.TreeHead)).TreeHead.Token;
        Assert.Equal(second, pushed.ToByteArray());
        Assert.Equal(new TreeHead(4, log.RootOf(4), new DateTimeOffset(2026, 11, 1, 0, 0, 4, TimeSpan.Zero)), TreeHead.TryVerify(pushed.Span, log.Keys));
    }

    [Theory]
    [InlineData(1, 700)]
    [InlineData(255, 256)]
    [InlineData(256, 513)]
    [InlineData(512, 700)]
    [InlineData(699, 700)]
    [InlineData(700, 700)]
    public async Task Consistency_OfTwoSizes_IsProven(int first, int second)
    {
        await using var host = await GatewayHost.StartAsync();
        using var log = new TestLog(host.Log);
        await log.FillAsync(700);
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();

        var answer = await AskAsync(ada, first, second);

        Assert.Equal(log.RootOf((ulong)first), Hash(answer.Consistency.FirstRoot));
        Assert.Equal(log.RootOf((ulong)second), Hash(answer.Consistency.SecondRoot));
        Assert.True(MerkleProof.VerifyConsistency(
            log.RootOf((ulong)first), (ulong)first, log.RootOf((ulong)second), (ulong)second, [.. answer.Consistency.Path.Select(Hash)]));
    }

    [Theory]
    [InlineData(0, 3, RefusalCode.Malformed)]
    [InlineData(3, 2, RefusalCode.Malformed)]
    [InlineData(2, 4, RefusalCode.NotAllowed)]
    public async Task Consistency_OfWhatThereIsNot_IsRefused(int first, int second, RefusalCode code)
    {
        await using var host = await GatewayHost.StartAsync();
        using var log = new TestLog(host.Log);
        await log.FillAsync(3);
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        Assert.Equal(code, (await AskAsync(ada, first, second)).Refused.Code);
    }

    [Fact]
    public async Task DeviceLists_AfterANumber_ComeWithTheirPaths()
    {
        await using var host = await GatewayHost.StartAsync();
        using var log = new TestLog(host.Log);
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        var bob = await host.EnrolAsync("bob");
        await log.FillAsync(300);
        DeviceList? list = null;
        for (var seq = 1; seq <= 3; seq++) list = await log.ListAsync(bob.User, list, Device(bob.Id, seq));
        await log.SignAsync();
        await log.ListAsync(bob.User, list, Device(bob.Id, 4)); // newer than the head

        var answer = (await ada.AskAsync(new ClientFrame { FetchDeviceLists = new FetchDeviceLists { User = ByteString.CopyFrom(bob.User.ToArray()), After = 1 } })).DeviceLists;

        var head = TreeHead.TryVerify(answer.Head.Span, log.Keys)!;
        Assert.Equal(303UL, head.Size);
        Assert.Equal([2UL, 3UL], answer.Lists.Select(static leaf => ((DeviceList)LogEntry.TryRead(leaf.Data.Span)!).Seq));
        Assert.All(answer.Lists, leaf => Assert.True(
            MerkleProof.VerifyInclusion(head.Root, head.Size, leaf.Index, MerkleProof.HashLeaf(leaf.Data.Span), [.. leaf.Path.Select(Hash)])));
        Assert.False(answer.More);
    }

    [Fact]
    public async Task DeviceLists_ByIdentity_GiveTheFirstThatNamesIt()
    {
        await using var host = await GatewayHost.StartAsync();
        using var log = new TestLog(host.Log);
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        var bob = await host.EnrolAsync("bob");
        DeviceList? list = null;
        foreach (var seq in new[] { 1, 2, 2, 3 }) list = await log.ListAsync(bob.User, list, Device(bob.Id, seq));
        await log.SignAsync();

        var found = await FindAsync(ada, bob.User, Device(bob.Id, 2).Identity);
        Assert.Equal(2UL, ((DeviceList)LogEntry.TryRead(Assert.Single(found.Lists).Data.Span)!).Seq);
        Assert.Empty((await FindAsync(ada, bob.User, Identity)).Lists);
    }

    [Fact]
    public async Task DeviceLists_BeforeTheFirstHead_AreToCome()
    {
        await using var host = await GatewayHost.StartAsync();
        var bob = await host.EnrolAsync("bob");
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        var answer = await ada.AskAsync(new ClientFrame { FetchDeviceLists = new FetchDeviceLists { User = ByteString.CopyFrom(bob.User.ToArray()), After = 0 } });
        Assert.Equal(RefusalCode.Busy, answer.Refused.Code);
    }

    [Fact]
    public async Task Lookup_CarriesTheSignedStatement()
    {
        await using var host = await GatewayHost.StartAsync();
        using var log = new TestLog(host.Log);
        await using var ada = await (await host.EnrolAsync("ada")).ConnectAsync();
        var bob = await host.EnrolAsync("bob");
        var lookup = new ClientFrame { Lookup = new Lookup { Username = "bob" } };
        Assert.Null((await ada.AskAsync(lookup)).PersonFound.Statement);
        await log.FillAsync(2);
        var list = await log.ListAsync(bob.User, before: null, Device(bob.Id, 1));
        Assert.Null((await ada.AskAsync(lookup)).PersonFound.Statement);
        var token = await log.SignAsync(list, index: 2);

        var looked = (await ada.AskAsync(lookup)).PersonFound.Statement;
        var roster = new FetchRoster { Users = { ByteString.CopyFrom(bob.User.ToArray()) } };
        var listed = Assert.Single((await ada.AskAsync(new ClientFrame { FetchRoster = roster })).RosterPage.People).Statement;

        Assert.Equal(looked, listed);
        Assert.Equal(token, looked.Head.ToByteArray());
        var head = UserHead.TryVerify(looked.Head.Span, log.Keys)!;
        Assert.Equal(list.Encode(), looked.List.ToByteArray());
        Assert.True(MerkleProof.VerifyInclusion(head.Root, head.Size, head.Index, head.Leaf, [.. looked.Path.Select(Hash)]));
        Assert.Empty(looked.Approvals);
    }

    private static ListedDevice Device(DeviceId device, int number) => new(
        device, Digest.Sha256([.. Identity.ToArray(), (byte)number]), Digest.Sha256([.. Encryption.ToArray(), (byte)number]), Admission.First);

    private static Digest Hash(ByteString bytes) =>
        Digest.TryRead(bytes.Span, out var digest) ? digest : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes are no hash"));

    private static Task<ServerFrame> AskAsync(TestClient client, int first, int second) =>
        client.AskAsync(new ClientFrame { FetchConsistency = new FetchConsistency { First = (ulong)first, Second = (ulong)second } });

    private static async Task<DeviceLists> FindAsync(TestClient client, UserId user, Digest identity) => (await client.AskAsync(
        new ClientFrame { FetchDeviceLists = new FetchDeviceLists { User = ByteString.CopyFrom(user.ToArray()), Identity = ByteString.CopyFrom(identity.ToArray()) } })).DeviceLists;
}
