using System.Buffers;
using System.Net.WebSockets;
using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>The other end of a session: frames in and out, each wait bounded.</summary>
internal sealed class TestClient(ClientWebSocket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly ArrayBufferWriter<byte> _received = new();
    private ulong _request;

    /// <summary>Other requests than publishes are numbered apart, from high up.</summary>
    private ulong _asked = 1ul << 40;

    public Welcome Welcome { get; set; } = new();

    public Task SendAsync(ClientFrame frame) => SendRawAsync(frame.ToByteArray(), WebSocketMessageType.Binary);

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, bool end = true)
    {
        using var late = new CancellationTokenSource(Patience);
        await socket.SendAsync(bytes, type, end, late.Token);
    }

    public Task SendHelloAsync(byte[] proof) => SendAsync(new ClientFrame { Hello = new Hello { Proof = ByteString.CopyFrom(proof) } });

    /// <summary>Null when the server closed the connection.</summary>
    public async Task<ServerFrame?> TryReceiveAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        _received.ResetWrittenCount();
        while (true)
        {
            var part = await socket.ReceiveAsync(_received.GetMemory(64 * 1024), late.Token);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            _received.Advance(part.Count);
            if (part.EndOfMessage) return ServerFrame.Parser.ParseFrom(_received.WrittenSpan);
        }
    }

    public async Task<ServerFrame> ReceiveAsync() => await TryReceiveAsync() ?? throw new InvalidOperationException("the server closed the connection");

    public async Task<Challenge> ExpectChallengeAsync() => (await ReceiveAsync()).Challenge;

    /// <summary>The goodbye, after which nothing comes but the close.</summary>
    public async Task<Closing> ExpectClosingAsync()
    {
        var frame = await ReceiveAsync();
        Assert.Equal(ServerFrame.BodyOneofCase.Closing, frame.BodyCase);
        Assert.Null(await TryReceiveAsync());
        return frame.Closing;
    }

    /// <summary>Skips frames of other kinds.</summary>
    public async Task<ServerFrame> ExpectAsync(ServerFrame.BodyOneofCase kind)
    {
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame.BodyCase == kind) return frame;
            Assert.NotEqual(ServerFrame.BodyOneofCase.Closing, frame.BodyCase);
        }
    }

    public async Task<ulong> PublishAsync(ConversationId conversation, EnvelopeKind kind, ReadOnlyMemory<byte> payload, params IEnumerable<(DeviceId Device, byte[] Slice)> recipients) =>
        await PublishAsync(conversation, epoch: 0, kind, payload, recipients);

    public async Task<ulong> PublishAsync(
        ConversationId conversation, ulong epoch, EnvelopeKind kind, ReadOnlyMemory<byte> payload, params IEnumerable<(DeviceId Device, byte[] Slice)> recipients)
    {
        var publish = new Publish
        {
            Request = ++_request,
            Envelope = EnvelopeOf(conversation, epoch, kind, payload),
        };
        foreach (var (device, slice) in recipients) publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(device.ToArray()), Slice = ByteString.CopyFrom(slice) });
        await SendAsync(new ClientFrame { Publish = publish });
        return publish.Request;
    }

    /// <summary>A message to a room at its newest epoch.</summary>
    public Task<ulong> SayAsync(TestRoom room, ReadOnlyMemory<byte> payload, params IEnumerable<DeviceId> devices) =>
        PublishAsync(room.Id, room.State.Epoch, EnvelopeKind.Message, payload, devices.Select(static device => (device, Array.Empty<byte>())));

    public Task RelayAsync(ConversationId conversation, ulong epoch, ReadOnlyMemory<byte> payload, UserId? peer = null, EnvelopeKind kind = EnvelopeKind.Signal) =>
        SendAsync(new ClientFrame
        {
            Relay = new Relay
            {
                Envelope = EnvelopeOf(conversation, epoch, kind, payload),
                Peer = peer is { } user ? ByteString.CopyFrom(user.ToArray()) : ByteString.Empty,
            },
        });

    public async Task<ServerFrame> SetProfileAsync(byte[] record)
    {
        await SendAsync(new ClientFrame { SetProfile = new SetProfile { Request = ++_asked, Record = ByteString.CopyFrom(record) } });
        return await ExpectAnswerAsync();
    }

    public Task<ulong> SayAsync(ConversationId conversation, ReadOnlyMemory<byte> payload, params IEnumerable<DeviceId> devices) =>
        PublishAsync(conversation, EnvelopeKind.Message, payload, devices.Select(static device => (device, Array.Empty<byte>())));

    public async Task<RefusalCode> ExpectRefusedAsync(ulong request)
    {
        var frame = await ExpectAsync(ServerFrame.BodyOneofCase.Refused);
        Assert.Equal(request, frame.Refused.Request);
        Assert.NotEmpty(frame.Refused.Text);
        return frame.Refused.Code;
    }

    public async Task<Delivery> ExpectDeliveryAsync() => (await ExpectAsync(ServerFrame.BodyOneofCase.Delivery)).Delivery;

    public Task SendCommitAsync(ConversationId room, ReadOnlyMemory<byte> token) => SendAsync(new ClientFrame
    {
        Commit = new Commit { Request = ++_asked, Room = room == default ? ByteString.Empty : ByteString.CopyFrom(room.ToArray()), Token = ByteString.CopyFrom(token.Span) },
    });

    /// <summary>The answer, accepted or refused.</summary>
    public async Task<ServerFrame> CommitAsync(ConversationId room, ReadOnlyMemory<byte> token)
    {
        await SendCommitAsync(room, token);
        return await ExpectAnswerAsync();
    }

    public Task<ServerFrame> CommitAsync(Ledger.Commit commit) => CommitAsync(commit.Action is Ledger.RoomAction.Create ? default : commit.Room, commit.Token);

    public async Task<ServerFrame> FetchLedgerAsync(ConversationId room, ulong after = 0)
    {
        await SendAsync(new ClientFrame { FetchLedger = new FetchLedger { Request = ++_asked, Room = ByteString.CopyFrom(room.ToArray()), After = after } });
        return await ExpectAnswerAsync();
    }

    public async Task<Wire.Frames.Rooms> ListRoomsAsync(bool all = false, byte[]? after = null)
    {
        await SendAsync(new ClientFrame { ListRooms = new ListRooms { Request = ++_asked, All = all, After = ByteString.CopyFrom(after ?? []) } });
        return (await ExpectAnswerAsync()).Rooms;
    }

    public async Task<RosterPage> FetchRosterAsync(params IEnumerable<UserId> users)
    {
        await SendAsync(new ClientFrame { FetchRoster = new FetchRoster { Request = ++_asked, Users = { users.Select(static user => ByteString.CopyFrom(user.ToArray())) } } });
        return (await ExpectAnswerAsync()).RosterPage;
    }

    /// <summary>Asks what the transparency log says, or who somebody is.</summary>
    public async Task<ServerFrame> AskAsync(ClientFrame frame)
    {
        _asked++;
        if (frame.Lookup is { } lookup) lookup.Request = _asked;
        if (frame.FetchRoster is { } roster) roster.Request = _asked;
        if (frame.FetchConsistency is { } consistency) consistency.Request = _asked;
        if (frame.FetchDeviceLists is { } lists) lists.Request = _asked;
        await SendAsync(frame);
        return await ExpectAnswerAsync();
    }

    public Task WatchAsync(params IEnumerable<UserId> users) =>
        SendAsync(new ClientFrame { WatchPresence = new WatchPresence { Users = { users.Select(static user => ByteString.CopyFrom(user.ToArray())) } } });

    public Task AckAsync(params IEnumerable<ulong> tags) => SendAsync(new ClientFrame { Ack = new Ack { Tags = { tags } } });

    /// <summary>Says goodbye and waits for the server's close: after it the server has settled and forgotten this session.</summary>
    public async Task LeaveAsync()
    {
        await SendAsync(new ClientFrame { Goodbye = new Goodbye() });
        while (await TryReceiveAsync() is not null) { }
        await DisposeAsync();
    }

    /// <summary>Completes when the gateway has dealt with all that was sent before.</summary>
    public Task AnsweredAsync() => ListRoomsAsync();

    private static Envelope EnvelopeOf(ConversationId conversation, ulong epoch, EnvelopeKind kind, ReadOnlyMemory<byte> payload) =>
        new() { Kind = kind, Conversation = ByteString.CopyFrom(conversation.ToArray()), Epoch = epoch, Payload = ByteString.CopyFrom(payload.Span) };

    /// <summary>The answer to the last question, past whatever else comes.</summary>
    private async Task<ServerFrame> ExpectAnswerAsync()
    {
        while (true)
        {
            var frame = await ReceiveAsync();
            var request = frame.Accepted?.Request ?? frame.Refused?.Request ?? frame.LedgerPage?.Request ?? frame.Rooms?.Request ?? frame.RosterPage?.Request
                ?? frame.PersonFound?.Request ?? frame.Consistency?.Request ?? frame.DeviceLists?.Request;
            if (request == _asked) return frame;
            Assert.NotEqual(ServerFrame.BodyOneofCase.Closing, frame.BodyCase);
        }
    }

    /// <summary>Drops the connection without a word.</summary>
    public void Drop() => socket.Abort();

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
