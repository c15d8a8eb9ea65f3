using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Authority;
using TalkyWalky.Client.Tests.Devices;
using TalkyWalky.Client.Tests.Files;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Status;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Status;

/// <summary>Sending, rooms and reading by the status of certificates: with an authority that is late, people who are revoked, and a server that goes on naming them.</summary>
public sealed class RevocationTests
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(61);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Send_WithoutACurrentList_WaitsAndGoesOutWhenItComes()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "before"));
        server.MoveWithoutStatus(TooLong);
        var queued = Assert.IsType<SendOutcome.Queued>(await alice.SendAsync(bob, "meanwhile"));
        Assert.Contains("too long ago by this computer's clock", queued.Why, StringComparison.Ordinal);
        Assert.Contains("The message is kept", (await alice.UntilAsync(bob, queued.Message.Id, MessageState.Queued)).Trouble, StringComparison.Ordinal);
        await server.SignStatusAsync();
        Assert.Null((await alice.UntilAsync(bob, queued.Message.Id, MessageState.Sent)).Trouble);
        Assert.Equal(["before", "meanwhile"], (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Send_WithoutACurrentHeadOfTheLog_WaitsAndGoesOutWhenItComes()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "before"));
        server.MoveWithoutStatus(TooLong);
        await server.PublishStatusAsync(1000);
        var queued = Assert.IsType<SendOutcome.Queued>(await alice.UntilAsync(
            _ => alice.SendAsync(bob, "meanwhile"), static outcome => outcome is SendOutcome.Queued { Why: var why } && why.StartsWith("The newest head of the transparency log is of ", StringComparison.Ordinal)));
        await server.SignStatusAsync();
        Assert.Null((await alice.UntilAsync(bob, queued.Message.Id, MessageState.Sent)).Trouble);
    }

    [Fact]
    public async Task Send_ServersListsAreOverTheBound_GoesOnForAnHourAndThenWaitsAndSaysWhy()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "before"));
        await server.PublishStatusAsync(1000, new byte[RevocationLists.MaxSize + 1]);
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "by the one before"));
        server.MoveWithoutStatus(TooLong);
        await alice.UntilAsync(
            _ => alice.SendAsync(bob, "meanwhile"), static outcome => outcome is SendOutcome.Queued { Why: var why } && why.Contains("was refused: it is larger than 4194304 bytes", StringComparison.Ordinal));
        await server.PublishStatusAsync(1001);
        Assert.Contains("meanwhile", (await bob.ReceiveAsync(3)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Rooms_WithoutACurrentList_AreNeitherMadeNorChanged()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        var room = await alice.CreateRoomAsync("planning");
        server.MoveWithoutStatus(TooLong);
        foreach (var request in (RoomRequest[])[new RoomRequest.Create("other", "", IsOpen: true), new RoomRequest.Join("General"), new RoomRequest.Change(room, "renamed", null, null)])
            Assert.Contains("Nothing was changed", Assert.IsType<RoomAnswer.Unreachable>(await alice.RoomAsync(request)).Why, StringComparison.Ordinal);
        await server.SignStatusAsync();
        Assert.IsType<RoomAnswer.Done>(await alice.UntilAsync(_ => alice.RoomAsync(new RoomRequest.Change(room, "renamed", null, null)), static answer => answer is RoomAnswer.Done));
    }

    [Fact]
    public async Task Send_ToOneWhoWasRevoked_IsNotSentAndSaysSince()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "before"));
        await server.Service.RevokeDeviceAsync((await bob.Chat!.WhoAmIAsync(None)).Device, X509RevocationReason.Unspecified, Actor.Authority, None);
        Assert.Equal(Sentences.Revoked, (await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused)).Trouble);
        var sentence = NotSent(bob, server);
        await alice.UntilAsync(_ => alice.SendAsync(bob, "after"), outcome => outcome is SendOutcome.Queued { Why: var why } && why.StartsWith(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_ServerInsistsOnARevokedDevice_FailsWithTheDay()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "before"));
        await RevokeUnnoticedAsync(server, (await bob.Chat!.WhoAmIAsync(None)).Device);
        await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused); // its own device stops by the list alone
        Assert.Equal(NotSent(bob, server), Assert.IsType<SendOutcome.Refused>(await alice.SendAsync(bob, "after")).Why);
        var device = Assert.Single(Assert.IsType<DeviceAnswer.Person>(await alice.Chat!.DeviceAsync(new DeviceRequest.Person(bob.Name), None)).Certified);
        Assert.Equal(CertificateStanding.Revoked, device.Standing);
        Assert.NotNull(device.RevokedAt);
        await bob.CloseAsync();
        await bob.OpenAsync();
        Assert.Equal(Sentences.Revoked, (await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused)).Trouble);
    }

    [Fact]
    public async Task Send_OneOfTwoDevicesIsRevokedAndTheServerInsists_Waits()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        await using var phone = await bob.AddDeviceAsync(server.Link);
        await phone.OpenAsync();
        var lost = (await phone.Chat!.WhoAmIAsync(None)).Device;
        await phone.CloseAsync();
        Assert.IsType<SendOutcome.Sent>(await alice.SendAsync(bob, "before"));
        await RevokeUnnoticedAsync(server, lost);
        await alice.UntilAsync(_ => alice.SendAsync(bob, "after"), static outcome => outcome is SendOutcome.Queued { Why: var why } && why.Contains("do not agree on who receives", StringComparison.Ordinal));
        Assert.Equal("before", Assert.Single(await bob.ReceiveAsync(1)).Text);
        await server.Service.RevokeDeviceAsync(lost, X509RevocationReason.Unspecified, Actor.Authority, None);
        Assert.Contains("after", (await bob.ReceiveAsync(2)).Select(static message => message.Text));
    }

    [Fact]
    public async Task Room_NewListRevokesAMembersDevice_GoesOnWithNewKeysWithoutIt()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        await using var carol = await JoinAsync(server, "carol");
        var room = await alice.CreateRoomAsync("planning");
        Assert.IsType<RoomAnswer.Done>(await alice.RoomAsync(new RoomRequest.Add(room, [bob.Name, carol.Name])));
        await bob.UntilRoomAsync(room, static info => info.Members == 3);
        await carol.UntilRoomAsync(room, static info => info.Members == 3);
        Assert.IsType<SendOutcome.Sent>(await alice.SendToRoomAsync(room, "before"));
        await bob.ReceiveAsync(1);
        await server.Service.RevokeDeviceAsync((await bob.Chat!.WhoAmIAsync(None)).Device, X509RevocationReason.Unspecified, Actor.Authority, None);
        await bob.UntilAsync(static status => status.Connection == ConnectionState.Refused);
        await alice.UntilAsync(_ => alice.SendToRoomAsync(room, "after"), static outcome => outcome is SendOutcome.Sent);
        Assert.Contains("after", (await carol.ReceiveAsync(2)).Select(static message => message.Text));
        Assert.DoesNotContain(await bob.RoomHistoryAsync(room), static message => message.Text == "after");
    }

    [Fact]
    public async Task Receive_FromOneWhoWasRevokedMeanwhile_SaysSo()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await JoinAsync(server, "alice");
        await using var bob = await JoinAsync(server, "bob");
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "before"));
        Assert.Null(Assert.Single(await alice.ReceiveAsync(1)).Trouble);
        await alice.CloseAsync();
        Assert.IsType<SendOutcome.Sent>(await bob.SendAsync(alice, "in the mailbox"));
        Assert.IsType<SendOutcome.Sent>(await FileTests.SendAsync(bob, MessageId.New(), Target.Person(alice.Name), FileTests.Sample(1000)));
        await server.Service.RevokeDeviceAsync((await bob.Chat!.WhoAmIAsync(None)).Device, X509RevocationReason.Unspecified, Actor.Authority, None);
        await alice.OpenAsync();
        var received = await alice.ReceiveAsync(3);
        Assert.Equal(["before", "in the mailbox", "plan.pdf"], received.Select(static message => message.Text));
        Assert.All(received.Skip(1), message => Assert.Equal($"Received after the certificate of its author was revoked on {Day(server)}.", message.Trouble));
        Assert.False(received[2].File!.IsHere); // its parts are refused
    }

    private static async Task<TestClient> JoinAsync(MovedServer server, string name)
    {
        var client = await TestClient.RegisterAsync(server.Link, name, server.Environment);
        await client.OpenAsync();
        return client;
    }

    /// <summary>The authority revokes a device's certificates, and the operator's server goes on as if it had not.</summary>
    private static async Task RevokeUnnoticedAsync(MovedServer server, DeviceId device)
    {
        foreach (var certificate in (await server.Store.CertificatesAsync(user: null, after: null, 1000, None)).Where(one => one.Device == device))
            Assert.True(await server.Store.RevokeCertificateAsync(certificate.Serial, X509RevocationReason.KeyCompromise, server.Clock.GetUtcNow(), None));
        await server.MoveAsync(TimeSpan.FromMinutes(21));
    }

    private static string NotSent(TestClient to, MovedServer server) => Sentences.Of($"{to.Name}'s certificate was revoked on {Day(server)}; your message was not sent.");

    private static string Day(MovedServer server) => Sentences.Day(server.Clock.GetUtcNow(), TimeZoneInfo.Local);
}
