using Google.Protobuf;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Rooms;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Relaying;

/// <summary>Passes signals (typing) to whom is connected. Nothing is stored, answered or waited for: what cannot go at once is dropped.</summary>
internal sealed class RelayDesk(RoomLedgers ledgers, Attendance attendance, Digest root)
{
    /// <summary>Non-null when the frame breaks the protocol. One that may not pass is dropped without a word.</summary>
    public async ValueTask<Ending?> RelayAsync(Session sender, Relay relay, CancellationToken cancellation)
    {
        if (relay.Envelope is not { Kind: EnvelopeKind.Signal, Payload.Length: > 0 and <= Limits.Signal } envelope
            || !ConversationId.TryRead(envelope.Conversation.Span, out var conversation))
            return Ending.Malformed($"a relay carries a signal of 1 to {Limits.Signal} bytes");
        var receivers = envelope.Epoch > 0
            ? await FindMembersAsync(sender, conversation, envelope.Epoch, cancellation)
            : UserId.TryRead(relay.Peer.Span, out var peer) && conversation == ConversationId.Direct(root, sender.User, peer) ? attendance.SessionsOf(peer) : [];
        byte[]? frame = null;
        foreach (var receiver in receivers)
        {
            if (receiver.Device == sender.Device) continue;
            frame ??= Encode(sender, envelope);
            receiver.Outbox.TryAdd(PooledFrame.Shared(frame));
        }

        return null;
    }

    private async ValueTask<IReadOnlyList<Session>> FindMembersAsync(Session sender, ConversationId id, ulong epoch, CancellationToken cancellation)
    {
        var room = await ledgers.GetAsync(id, cancellation);
        return room is { IsClosed: false } && room.Epoch == epoch && room.Members.ContainsKey(sender.User) ? attendance.SessionsOf(room.Members.Keys) : [];
    }

    private static byte[] Encode(Session sender, Envelope envelope) =>
        new ServerFrame { Relayed = new Relayed { Envelope = envelope, FromUser = sender.UserBytes, FromDevice = sender.DeviceBytes } }.ToByteArray();
}
