using Google.Protobuf;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

internal enum HintKind
{
    Room,
    Profile,
    Devices,
}

/// <summary>What a hint is about. A later hint of the same key takes the place of one that still waits.</summary>
internal readonly record struct HintKey(HintKind Kind, Digest Subject);

/// <summary>A frame that says that something changed, encoded once for all who are told.</summary>
internal sealed record Hint(HintKey Key, byte[] Frame)
{
    public static Hint RoomChanged(ConversationId room, ulong epoch, Digest head) => new(
        new HintKey(HintKind.Room, room.Value),
        new ServerFrame { RoomChanged = new RoomChanged { Room = Bytes(room.ToArray()), Epoch = epoch, Head = Bytes(head.ToArray()) } }.ToByteArray());

    public static Hint ProfileChanged(UserId user, ByteString record) => new(
        new HintKey(HintKind.Profile, new Digest(0, user.Value)),
        new ServerFrame { PersonChanged = new PersonChanged { User = Bytes(user.ToArray()), Profile = record } }.ToByteArray());

    public static Hint DevicesChanged(UserId user) => new(
        new HintKey(HintKind.Devices, new Digest(0, user.Value)),
        new ServerFrame { PersonChanged = new PersonChanged { User = Bytes(user.ToArray()), DevicesChanged = true } }.ToByteArray());

    private static ByteString Bytes(byte[] bytes) => UnsafeByteOperations.UnsafeWrap(bytes);
}
