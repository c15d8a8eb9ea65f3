using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Rooms;

/// <summary>Answers which rooms there are for a person, and gives out their ledgers.</summary>
internal sealed class RoomDesk(RoomLedgers ledgers, IStore store)
{
    /// <summary>Bytes of commits in one answer; a frame has room for their framing beside them.</summary>
    private const int PageBytes = Limits.Frame - 16 * 1024;

    /// <summary>Rooms in one answer, some 2 KiB each at most.</summary>
    private const int PageRooms = 200;

    public async Task<ServerFrame> FetchAsync(Session session, FetchLedger fetch, CancellationToken cancellation)
    {
        if (!ConversationId.TryRead(fetch.Room.Span, out var id)) return Refusal.Malformed("a room's id has 32 bytes").ToFrame(fetch.Request);
        if (await ledgers.RefreshAsync(id, cancellation) is not { } room || await ReadableUntilAsync(room, session.User, cancellation) is not { } until)
            return Refusal.NoRoom.ToFrame(fetch.Request);
        var page = new LedgerPage { Request = fetch.Request, Room = fetch.Room, Epoch = until };
        var next = Math.Max(fetch.After, FirstEpoch(room) - 1);
        if (next < until)
        {
            foreach (var token in (await store.CommitsAsync(id, next, PageBytes, cancellation)).Take((int)Math.Min(int.MaxValue, until - next)))
            {
                page.Commits.Add(UnsafeByteOperations.UnsafeWrap(token));
                next++;
            }
        }

        page.More = next < until;
        return new ServerFrame { LedgerPage = page };
    }

    public async Task<ServerFrame> ListAsync(Session session, ListRooms list, CancellationToken cancellation)
    {
        ConversationId? after = null;
        if (ConversationId.TryRead(list.After.Span, out var last)) after = last;
        else if (!list.After.IsEmpty) return Refusal.Malformed("a room's id has 32 bytes").ToFrame(list.Request);
        var found = new SortedDictionary<Digest, Room>();
        foreach (var personal in await store.RoomsOfAsync(session.User, after, PageRooms + 1, cancellation))
            found.Add(personal.Room.Room.Value, Describe(personal));
        if (list.All)
        {
            // Described as anyone sees it, which for an open room is the same.
            foreach (var room in await store.OpenRoomsAsync(after, PageRooms + 1, cancellation)) found.TryAdd(room.Room.Value, Describe(room));
            var general = ledgers.General.Room;
            if (after is null || general.Value.CompareTo(after.Value.Value) > 0) found.TryAdd(general.Value, await DescribeGeneralAsync(cancellation));
        }

        return new ServerFrame { Rooms = new Wire.Frames.Rooms { Request = list.Request, Rooms_ = { found.Values.Take(PageRooms) }, More = found.Count > PageRooms } };
    }

    /// <summary>Members, those invited and, of an open room, anyone may read all; who is out up to the commit that put them out; others nothing.</summary>
    private async Task<ulong?> ReadableUntilAsync(RoomState room, UserId user, CancellationToken cancellation)
    {
        if (room.Settings.Access == RoomAccess.Open || room.Members.ContainsKey(user) || room.Invited.Contains(user)) return room.Epoch;
        return (await store.FindRoomAsync(room.Room, user, cancellation))?.Until;
    }

    private static ulong FirstEpoch(RoomState room) => room.IsGeneral ? 2ul : 1ul;

    private async Task<Room> DescribeGeneralAsync(CancellationToken cancellation) =>
        await store.FindRoomAsync(ledgers.General.Room, cancellation) is { } stored ? Describe(stored) : Describe(ledgers.General);

    // What a room was called after somebody left is none of their business.
    private static Room Describe(PersonalRoom personal) => personal.Until is { } until && !personal.Room.IsOpen
        ? new Room { Room_ = Bytes(personal.Room.Room.Value), Epoch = until }
        : Describe(personal.Room);

    private static Room Describe(RoomRecord room) => new()
    {
        Room_ = Bytes(room.Room.Value),
        Epoch = room.Epoch,
        Head = Bytes(room.Head),
        Name = room.Name,
        Topic = room.Topic,
        Open = room.IsOpen,
        Closed = room.IsClosed,
        Members = (uint)room.Members,
    };

    private static Room Describe(RoomState general) => new()
    {
        Room_ = Bytes(general.Room.Value),
        Epoch = general.Epoch,
        Head = Bytes(general.Head),
        Name = general.Settings.Name,
        Topic = general.Settings.Topic,
        Open = true,
    };

    private static ByteString Bytes(Digest digest) => UnsafeByteOperations.UnsafeWrap(digest.ToArray());
}
