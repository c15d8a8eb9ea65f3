using Google.Protobuf;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using Commit = TalkyWalky.Ledger.Commit;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>A room as an honest client keeps it.</summary>
internal sealed class TestRoom(RoomState? state, GatewayHost host)
{
    private RoomState? _state = state;

    public RoomState State => _state ?? throw new InvalidOperationException("the room is not made yet");

    public ConversationId Id => State.Room;

    public static TestRoom General(GatewayHost host) => new(RoomState.General(host.Options.Anchor.Hash), host);

    /// <summary>Made and accepted.</summary>
    public static async Task<TestRoom> CreateAsync(GatewayHost host, TestDevice owner, TestClient client, RoomAccess access = RoomAccess.Invitation)
    {
        var room = new TestRoom(null, host);
        await room.DoAsync(owner, client, new RoomAction.Create(new RoomSettings("Tea", "", access), Digest.Sha256(Guid.NewGuid().ToByteArray())));
        return room;
    }

    public Commit Sign(TestDevice device, RoomAction action, DateTimeOffset? time = null)
    {
        var draft = _state is null ? new CommitDraft(default, 1, default, action, default) : new CommitDraft(_state.Room, _state.Epoch + 1, _state.Head, action, default);
        return Commits.Sign(draft with { Time = time ?? host.Time.GetUtcNow() }, device.Verified, device.Key, [TestAuthority.Shared.Issuing]);
    }

    /// <summary>The commit is sent, accepted and applied here.</summary>
    public async Task<Commit> DoAsync(TestDevice device, TestClient client, RoomAction action)
    {
        var commit = Sign(device, action);
        var answer = await client.CommitAsync(commit);
        Assert.True(answer.BodyCase == ServerFrame.BodyOneofCase.Accepted, answer.ToString());
        Take(commit);
        return commit;
    }

    public void Take(Commit commit) =>
        _state = Assert.IsType<LedgerOutcome.Advanced>(_state is null ? RoomState.Begin(commit) : _state.Apply(commit)).State;
}
