using Google.Protobuf;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Rooms;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Relaying;

/// <summary>Passes signals (typing) to whom is connected. Nothing is stored, answered or waited for: what cannot go at once is dropped.</summary>
internal sealed class RelayDesk(RoomLedgers ledgers, Attendance attendance, GatewayVoice voice, Digest root)
{
    /// <summary>Non-null when the frame breaks the protocol. One that may not pass is dropped without a word.</summary>
    public async ValueTask<Ending?> RelayAsync(Session sender, Relay relay, CancellationToken cancellation)
    {
        if (relay.Envelope is not { Kind: EnvelopeKind.Signal, Payload.Length: > 0 and <= Limits.Signal } envelope || !ConversationId.TryRead(envelope.Conversation.Span, out _))
            return Ending.Malformed($"a relay carries a signal of 1 to {Limits.Signal} bytes");
        var passed = new PassedRelay { FromUser = sender.UserBytes, FromDevice = sender.DeviceBytes, Envelope = envelope, Peer = envelope.Epoch > 0 ? ByteString.Empty : relay.Peer };
        var readers = await ReadersAsync(passed, cancellation);
        Deliver(passed, readers);
        if (attendance.AnyElsewhere(readers)) voice.Say(new GatewayNews { PassedRelay = passed });
        return null;
    }

    /// <summary>To those who are connected here, of a signal that another gateway took.</summary>
    public async ValueTask DeliverAsync(PassedRelay passed, CancellationToken cancellation) => Deliver(passed, await ReadersAsync(passed, cancellation));

    private void Deliver(PassedRelay passed, IEnumerable<UserId> readers)
    {
        byte[]? frame = null;
        foreach (var receiver in attendance.SessionsOf(readers))
        {
            if (receiver.DeviceBytes.Equals(passed.FromDevice)) continue;
            frame ??= Encode(passed);
            receiver.Outbox.TryAdd(PooledFrame.Shared(frame));
        }
    }

    /// <summary>Nobody when the sender may not write there.</summary>
    private async ValueTask<IEnumerable<UserId>> ReadersAsync(PassedRelay passed, CancellationToken cancellation)
    {
        if (!UserId.TryRead(passed.FromUser.Span, out var sender) || !ConversationId.TryRead(passed.Envelope.Conversation.Span, out var conversation)) return [];
        if (passed.Envelope.Epoch == 0)
            return UserId.TryRead(passed.Peer.Span, out var peer) && conversation == ConversationId.Direct(root, sender, peer) ? [peer] : [];
        var room = await ledgers.GetAsync(conversation, cancellation);
        return room is { IsClosed: false } && room.Epoch == passed.Envelope.Epoch && room.Members.ContainsKey(sender) ? room.Members.Keys : [];
    }

    private static byte[] Encode(PassedRelay passed) =>
        new ServerFrame { Relayed = new Relayed { Envelope = passed.Envelope, FromUser = passed.FromUser, FromDevice = passed.FromDevice } }.ToByteArray();
}
