using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Log;

/// <summary>Gives out what the transparency log's store has, and proofs of it (docs/protocol.md section 3). It signs nothing and believes nothing: devices check.</summary>
internal sealed class LogDesk(ILogStore store)
{
    /// <summary>Bytes of lists in one answer; a frame has room for their framing beside them.</summary>
    private const int PageBytes = Limits.Frame - 64 * 1024;

    private const int PageLists = 200;

    public async Task<ServerFrame> ConsistencyAsync(FetchConsistency fetch, CancellationToken cancellation)
    {
        if (fetch.First == 0 || fetch.First > fetch.Second) return Refusal.Malformed("a tree of the log is asked for from one entry on, the smaller first").ToFrame(fetch.Request);
        if (fetch.Second > await store.SizeAsync(cancellation)) return Refusal.NotAllowed("the log has not so many entries").ToFrame(fetch.Request);
        var tiles = new LogTiles(store);
        var answer = new Consistency
        {
            Request = fetch.Request,
            FirstRoot = Bytes((await AnswerAsync(tiles, LogTree.Root(fetch.First), cancellation))[0]),
            SecondRoot = Bytes((await AnswerAsync(tiles, LogTree.Root(fetch.Second), cancellation))[0]),
        };
        answer.Path.AddRange((await AnswerAsync(tiles, LogTree.Consistency(fetch.First, fetch.Second), cancellation)).Select(Bytes));
        return new ServerFrame { Consistency = answer };
    }

    public async Task<ServerFrame> ListsAsync(FetchDeviceLists fetch, CancellationToken cancellation)
    {
        if (!UserId.TryRead(fetch.User.Span, out var user)) return Refusal.Malformed("a user id has 16 bytes").ToFrame(fetch.Request);
        if (await store.TreeHeadAsync(cancellation) is not { } head) return Refusal.Busy.ToFrame(fetch.Request);
        IReadOnlyList<LoggedList> lists;
        switch (fetch.WhichCase)
        {
            case FetchDeviceLists.WhichOneofCase.After:
                lists = await store.ListsAsync(user, fetch.After, PageLists + 1, cancellation);
                break;
            case FetchDeviceLists.WhichOneofCase.Identity when Digest.TryRead(fetch.Identity.Span, out var identity):
                lists = await store.FindListAsync(user, identity, cancellation) is { } found ? [found] : [];
                break;
            default:
                return Refusal.Malformed("device lists are asked for after a number, or by the 32 bytes of a certificate's hash").ToFrame(fetch.Request);
        }

        // What was appended since that head was signed waits for the next one.
        return await PageAsync(fetch.Request, head, [.. lists.TakeWhile(list => list.Index < head.Size)], cancellation);
    }

    /// <summary>What the log says of each of these people who has a list that a head was signed for.</summary>
    public async Task<IReadOnlyDictionary<UserId, Wire.Frames.UserStatement>> StatementsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation)
    {
        var found = await store.UserStatementsAsync(users, cancellation);
        return found.Where(static one => one.Value.Head is not null).ToDictionary(static one => one.Key, static one => Describe(one.Value.List, one.Value.Head!));
    }

    private async Task<ServerFrame> PageAsync(ulong request, LoggedTreeHead head, IReadOnlyList<LoggedList> lists, CancellationToken cancellation)
    {
        var answer = new DeviceLists { Request = request, Head = UnsafeByteOperations.UnsafeWrap(head.Token) };
        var tiles = new LogTiles(store);
        var bytes = 0;
        foreach (var list in lists)
        {
            var leaf = new Leaf { Data = UnsafeByteOperations.UnsafeWrap(list.Data), Index = list.Index };
            leaf.Path.AddRange((await AnswerAsync(tiles, LogTree.Inclusion(list.Index, head.Size), cancellation)).Select(Bytes));
            bytes += leaf.CalculateSize() + 8;
            answer.More = answer.Lists.Count == PageLists || (bytes > PageBytes && answer.Lists.Count > 0);
            if (answer.More) break;
            answer.Lists.Add(leaf);
        }

        return new ServerFrame { DeviceLists = answer };
    }

    private static async Task<IReadOnlyList<Digest>> AnswerAsync(LogTiles tiles, LogQuestion question, CancellationToken cancellation) =>
        question.Answer(await tiles.ReadAsync(question.Tiles, cancellation));

    private static Wire.Frames.UserStatement Describe(LoggedList list, SignedUserHead head)
    {
        var statement = new Wire.Frames.UserStatement { Head = UnsafeByteOperations.UnsafeWrap(head.Token), List = UnsafeByteOperations.UnsafeWrap(list.Data) };
        for (var at = 0; at < head.Path.Length; at += Digest.Size) statement.Path.Add(UnsafeByteOperations.UnsafeWrap(head.Path.AsMemory(at, Digest.Size)));
        return statement;
    }

    private static ByteString Bytes(Digest digest) => UnsafeByteOperations.UnsafeWrap(digest.ToArray());
}
