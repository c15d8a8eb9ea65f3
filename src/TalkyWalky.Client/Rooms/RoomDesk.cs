using Google.Protobuf;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Rooms;

/// <summary>Rooms: what a person asks of them, and their ledgers kept up to date while connected.</summary>
internal sealed class RoomDesk(Database database, Outbox outbox, ClientEnvironment environment) : IConnectionPart
{
    private readonly Lock _gate = new();
    private RoomActs? _connected;
    private Task _compared = Task.CompletedTask;

    /// <summary>A connection is there to change rooms with.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_gate) return _connected is not null;
        }
    }

    public async Task<RoomAnswer> AnswerAsync(RoomRequest request, CancellationToken cancellation)
    {
        RoomActs? acts;
        Task compared;
        lock (_gate) (acts, compared) = (_connected, _compared);
        if (acts is null)
        {
            return request is RoomRequest.List { All: false }
                ? new RoomAnswer.Rooms(await database.RunAsync(static rows => Known(rows), cancellation))
                : new RoomAnswer.Unreachable("There is no connection to the server; rooms are looked up and changed when it is back.");
        }

        try
        {
            // Somebody may have added this person while the device was away.
            if (request is RoomRequest.List) await compared.WaitAsync(cancellation);
            return await acts.AnswerAsync(request).WaitAsync(cancellation);
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException && !cancellation.IsCancellationRequested)
        {
            return Lost;
        }
    }

    public static RoomAnswer Lost { get; } =
        new RoomAnswer.Unreachable("The connection broke before the server answered. Look at the room whether it was done, then try again.");

    public async Task RunAsync(SendContext context)
    {
        var compared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) (_connected, _compared) = (new RoomActs(database, outbox, context, environment.Time), compared.Task);
        try
        {
            await UntilToldAsync(
                async () =>
                {
                    var isTold = await CompareAllAsync(context);
                    compared.TrySetResult();
                    return isTold;
                },
                context.Ended);
            await foreach (var hint in context.Link.RoomChanges.ReadAllAsync(context.Ended))
            {
                if (ConversationId.TryRead(hint.Room.Span, out var room))
                    await UntilToldAsync(() => context.Ledgers.CompareAsync(room, hint.Epoch, Digest.TryRead(hint.Head.Span, out var head) ? head : null), context.Ended);
            }
        }
        finally
        {
            compared.TrySetResult();
            lock (_gate) _connected = null;
        }
    }

    public static List<RoomInfo> Known(Rows rows) =>
    [
        .. rows.Rooms.All()
            .Select(row => RoomInfos.Of(rows.Rooms.State(row.Room)!, row, rows.Messages.Owner.User))
            .Where(static room => room.Own != RoomRank.None)
            .OrderBy(static room => room.Name, StringComparer.OrdinalIgnoreCase),
    ];

    private async Task UntilToldAsync(Func<Task<bool>> ask, CancellationToken ended)
    {
        for (var pause = new BackOff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(60)); !await ask();) await Task.Delay(pause.Next(), environment.Time, ended);
    }

    // What changed while this device was away. False when the server is too busy to tell.
    private async Task<bool> CompareAllAsync(SendContext context)
    {
        var (listed, isTold) = (new HashSet<ConversationId>(), true);
        var pages = new RoomList(context.Link);
        await foreach (var page in pages.ReadAsync(all: false))
        {
            foreach (var room in page)
            {
                listed.Add(room.Id);
                isTold &= await context.Ledgers.CompareAsync(room.Id, room.Epoch, room.Head);
            }
        }

        if (!pages.IsComplete) return isTold && !pages.IsBusy;
        foreach (var row in await database.RunAsync(static rows => rows.Rooms.All(), context.Ended))
        {
            if (row.IsMember && !listed.Contains(row.Room)) await context.Ledgers.HiddenAsync(row.Room);
        }

        return isTold;
    }
}

/// <summary>A room as the server lists it: to choose from, never to believe.</summary>
/// <param name="Head">Null of a room that this person was put out of: its later heads are not this person's.</param>
internal sealed record ListedRoom(ConversationId Id, ulong Epoch, Digest? Head, RoomInfo Info);

/// <summary>Reads the server's list page by page.</summary>
internal sealed class RoomList(Connect.GatewayLink link)
{
    private const int MaxRooms = 100_000;

    /// <summary>The last page was read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The server would not tell now, but will later.</summary>
    public bool IsBusy { get; private set; }

    public async IAsyncEnumerable<List<ListedRoom>> ReadAsync(bool all)
    {
        var (after, count) = (ByteString.Empty, 0);
        while (count < MaxRooms)
        {
            var answer = await link.AskAsync(new ClientFrame { ListRooms = new ListRooms { All = all, After = after } });
            IsBusy = answer?.Refused?.Code == RefusalCode.Busy;
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.Rooms, Rooms: var page }) yield break;
            yield return [.. page.Rooms_.Select(Read).OfType<ListedRoom>()];
            IsComplete = !page.More;
            if (!page.More || page.Rooms_.Count == 0) yield break;
            after = page.Rooms_[^1].Room_;
            count += page.Rooms_.Count;
        }
    }

    private static ListedRoom? Read(Room listed) =>
        ConversationId.TryRead(listed.Room_.Span, out var id)
            ? new ListedRoom(id, listed.Epoch, Digest.TryRead(listed.Head.Span, out var head) ? head : null, new RoomInfo(
                id, Cut(listed.Name, Limits.RoomName), Cut(listed.Topic, Limits.RoomTopic), listed.Open, listed.Closed, (int)Math.Min(listed.Members, int.MaxValue), RoomRank.None,
                listed.Epoch, IsVerified: false, Frozen: null))
            : null;

    private static string Cut(string text, int max) => text.Length <= max ? text : text[..max];
}
