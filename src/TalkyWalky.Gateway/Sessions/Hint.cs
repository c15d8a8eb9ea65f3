using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

internal enum HintKind
{
    Room,
    Profile,
    Devices,
    Status,
    TreeHead,
}

/// <summary>What a hint is about. A later hint of the same key takes the place of one that still waits.</summary>
internal readonly record struct HintKey(HintKind Kind, Digest Subject);

/// <summary>Frames, most often one, that say that something changed, encoded once for all who are told.</summary>
internal sealed record Hint(HintKey Key, IReadOnlyList<byte[]> Frames)
{
    private Hint(HintKey key, ServerFrame frame) : this(key, [frame.ToByteArray()]) { }

    public static Hint RoomChanged(ConversationId room, ulong epoch, Digest head) => new(
        new HintKey(HintKind.Room, room.Value),
        new ServerFrame { RoomChanged = new RoomChanged { Room = Bytes(room.ToArray()), Epoch = epoch, Head = Bytes(head.ToArray()) } });

    public static Hint ProfileChanged(UserId user, ByteString record) => new(
        new HintKey(HintKind.Profile, new Digest(0, user.Value)),
        new ServerFrame { PersonChanged = new PersonChanged { User = Bytes(user.ToArray()), Profile = record } });

    public static Hint DevicesChanged(UserId user) => new(
        new HintKey(HintKind.Devices, new Digest(0, user.Value)),
        new ServerFrame { PersonChanged = new PersonChanged { User = Bytes(user.ToArray()), DevicesChanged = true } });

    /// <summary>A CRL, in parts that fit into frames.</summary>
    public static Hint Status(PublishedCrl crl)
    {
        var parts = crl.Der.Chunk(Limits.RevocationListPart).ToList();
        return new Hint(
            new HintKey(HintKind.Status, crl.Issuer),
            [.. parts.Select((part, index) => new ServerFrame { RevocationList = new RevocationList { Der = Bytes(part), More = index + 1 < parts.Count } }.ToByteArray())]);
    }

    public static Hint TreeHead(LoggedTreeHead head) => new(
        new HintKey(HintKind.TreeHead, default), new ServerFrame { TreeHead = new TreeHead { Token = Bytes(head.Token), Keys = Bytes(head.Keys) } });

    private static ByteString Bytes(byte[] bytes) => UnsafeByteOperations.UnsafeWrap(bytes);
}
