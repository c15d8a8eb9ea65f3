using TalkyWalky.Client.Tests.Devices;

namespace TalkyWalky.Client.Tests;

/// <summary>A room of a thousand people, of whom two are played.</summary>
public sealed class LargeRoomTests
{
    private const int Members = 1000;

    [Fact]
    public async Task RoomOfAThousand_CarriesMessagesAndIsKeyedAnewAfterARemoval()
    {
        await using var server = await MovedServer.StartAsync();
        await using var alice = await TestClient.RegisterAsync(server.Link, "alice", server.Environment);
        await using var bob = await TestClient.RegisterAsync(server.Link, "bob", server.Environment);
        var others = await server.AddPeopleAsync(Members - 2);
        await alice.OpenAsync();
        await bob.OpenAsync();
        var room = await alice.CreateRoomAsync("assembly");
        foreach (var part in others.Prepend(bob.Name).Chunk(500))
        {
            var added = await alice.RoomAsync(new RoomRequest.Add(room, part));
            Assert.True(added is RoomAnswer.Done, added.ToString());
        }

        Assert.Equal(Members, (await bob.UntilRoomAsync(room, static info => info.Members == Members)).Members);
        Assert.IsType<SendOutcome.Sent>(await alice.SendToRoomAsync(room, "to a thousand"));
        Assert.Equal("to a thousand", Assert.Single(await bob.ReceiveAsync(1)).Text);

        var removed = await alice.RoomAsync(new RoomRequest.Remove(room, [others[0]]));
        Assert.True(removed is RoomAnswer.Done, removed.ToString());
        Assert.IsType<SendOutcome.Sent>(await bob.SendToRoomAsync(room, "to all but one"));
        Assert.Equal("to all but one", Assert.Single(await alice.ReceiveAsync(1)).Text);
    }
}
