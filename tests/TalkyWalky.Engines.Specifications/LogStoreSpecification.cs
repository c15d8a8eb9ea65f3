using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every store of the transparency log does: leaves, hashes, lists and heads.</summary>
public abstract class LogStoreSpecification : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly UserId Ada = new(1), Bob = new(2), Eve = new(3);

    /// <summary>A log with nothing in it.</summary>
    protected abstract Task<ILogStore> StartAsync();

    protected abstract Task<ILogStore> RestartAsync();

    protected abstract Task StopAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => StopAsync();

    [Fact]
    public async Task EmptyLog_HasNothing()
    {
        var log = await StartAsync();
        Assert.Equal(0ul, await log.SizeAsync(None));
        Assert.Empty(await log.ChangesAsync(10, None));
        Assert.Empty(await log.LeavesAsync(0, 1000, None));
        Assert.Empty(await log.LeavesAsync(ulong.MaxValue, 1000, None));
        Assert.Empty(await log.HashesAsync(0, 0, 256, None));
        Assert.Empty(await log.HashesAsync(3, ulong.MaxValue, 256, None));
        Assert.Null(await log.TreeHeadAsync(None));
        Assert.Empty(await log.UserStatementsAsync([Ada], None));
        Assert.Empty(await log.UserStatementsAsync([], None));
        Assert.Empty(await log.ListsToSignAsync(DateTimeOffset.MaxValue, 10, None));
        Assert.Empty(await log.ListsAsync(Ada, 0, 10, None));
        Assert.Null(await log.FindListAsync(Ada, Hash(1), None));
    }

    [Fact]
    public async Task Append_Batches_GiveLeavesAndHashesOfEveryLevel()
    {
        var log = await StartAsync();
        foreach (var (size, count) in new[] { (0, 1), (1, 255), (256, 0), (256, 1000), (1256, 64 * 1024), (66792, 3) }) Assert.True(await AppendAsync(log, size, count));
        log = await RestartAsync();
        const int end = 66795;
        Assert.Equal((ulong)end, await log.SizeAsync(None));
        Assert.Equal(Enumerable.Range(0, 256).Select(Hash), await log.HashesAsync(0, 0, 256, None));
        Assert.Equal(Enumerable.Range(300, 7).Select(Hash), await log.HashesAsync(0, 300, 7, None));
        Assert.Equal(Enumerable.Range(end - 11, 11).Select(Hash), await log.HashesAsync(0, end - 11, 256, None));
        Assert.Equal(Enumerable.Range(256, 4).Select(i => Node(1, i)), await log.HashesAsync(1, 256, 256, None));
        Assert.Equal([Node(2, 0)], await log.HashesAsync(2, 0, 256, None));
        Assert.Empty(await log.HashesAsync(0, end, 256, None));
        Assert.Empty(await log.HashesAsync(2, 1, 256, None));
        Assert.Empty(await log.HashesAsync(3, 0, 256, None));
        Assert.Equal(Data(end - 1), Assert.Single(await log.LeavesAsync(end - 1, 1000, None)));
    }

    [Fact]
    public async Task Append_BehindAnotherSize_IsFalseAndChangesNothing()
    {
        var log = await StartAsync();
        await AppendAsync(log, 0, 300);
        Assert.False(await AppendAsync(log, 0, 5));
        Assert.False(await AppendAsync(log, 299, 5));
        Assert.False(await AppendAsync(log, 301, 5, new ListedLeaf(Ada, 1, 302, [Hash(1)])));
        Assert.Equal(300ul, await log.SizeAsync(None));
        Assert.Empty(await log.HashesAsync(0, 300, 10, None));
        Assert.Empty(await log.ListsAsync(Ada, 0, 10, None));
    }

    [Fact]
    public async Task Append_NodesOrListsThatDoNotFit_IsAnError()
    {
        var log = await StartAsync();
        var right = Batch(0, 256);
        LogBatch[] wrong =
        [
            right with { Nodes = [] },
            right with { Nodes = [new LogNode(1, 1, Hash(1))] },
            right with { Nodes = [new LogNode(2, 0, Hash(1))] },
            right with { Nodes = [new LogNode(0, 0, Hash(1)), .. right.Nodes] },
            right with { Nodes = [.. right.Nodes, .. right.Nodes] },
            right with { Lists = [new ListedLeaf(Ada, 1, 256, [])] },
        ];
        foreach (var batch in wrong) await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(0, batch, None));
        Assert.Equal(0ul, await log.SizeAsync(None));
        Assert.True(await log.AppendAsync(0, right, None));
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(256, Batch(256, 3, new ListedLeaf(Ada, 1, 255, [])), None));
    }

    [Fact]
    public async Task Append_AListOfANumberThatIsThere_IsRefusedAsAWhole()
    {
        var log = await StartAsync();
        Assert.True(await AppendAsync(log, 0, 1, new ListedLeaf(Ada, 1, 0, [Hash(1)])));
        await Assert.ThrowsAnyAsync<Exception>(() => AppendAsync(log, 1, 2, new ListedLeaf(Bob, 1, 1, [Hash(2)]), new ListedLeaf(Ada, 1, 2, [Hash(2)])));
        Assert.Equal(1ul, await log.SizeAsync(None));
        Assert.Empty(await log.ListsAsync(Bob, 0, 10, None));
        Assert.True(await AppendAsync(log, 1, 2, new ListedLeaf(Bob, 1, 1, [Hash(2)]), new ListedLeaf(Ada, 2, 2, [Hash(2)])));
    }

    [Fact]
    public async Task Append_ManyAtOnce_LetsOneThrough()
    {
        var log = await StartAsync();
        for (var size = 0; size < 5; size++)
        {
            var appended = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => AppendAsync(log, size, 1, new ListedLeaf(Ada, (ulong)size + 1, (ulong)size, [Hash(i)])))));
            Assert.Single(appended, static done => done);
            Assert.Equal((ulong)size + 1, await log.SizeAsync(None));
        }
    }

    [Fact]
    public async Task Leaves_ComeInOrderInPagesOfBytes()
    {
        var log = await StartAsync();
        var leaves = Enumerable.Range(1, 600).Select(i => new LogLeaf(new byte[i <= 10 ? 100 * i : 1], Hash(i))).ToArray();
        Assert.True(await log.AppendAsync(0, Batch(0, 600) with { Leaves = leaves }, None));
        log = await RestartAsync();
        Assert.Equal([100, 200, 300], await SizesAsync(0, 999));
        Assert.Equal([100, 200, 300, 400], await SizesAsync(0, 1000));
        Assert.Equal([500], await SizesAsync(4, 1));
        Assert.Equal([1000, 1, 1], await SizesAsync(9, 1002));
        Assert.Equal(590, (await SizesAsync(10, 1000)).Count);
        Assert.Equal(580, (await SizesAsync(10, 580)).Count);
        Assert.Equal(256, (await SizesAsync(10, 256)).Count);
        Assert.Equal(600, (await SizesAsync(0, int.MaxValue)).Count);

        async Task<List<int>> SizesAsync(ulong first, int maxBytes) => [.. (await log.LeavesAsync(first, maxBytes, None)).Select(static leaf => leaf.Length)];
    }

    [Fact]
    public async Task TreeHead_IsTheNewestWithItsKeys_AndNeverOfASmallerTree()
    {
        var log = await StartAsync();
        foreach (var (size, token) in new[] { (5ul, 1), (7ul, 2), (6ul, 3), (7ul, 4) }) await log.SetTreeHeadAsync(new LoggedTreeHead(size, [(byte)token], [9, (byte)token]), None);
        log = await RestartAsync();
        var head = (await log.TreeHeadAsync(None))!;
        Assert.Equal((7ul, (byte)4), (head.Size, Assert.Single(head.Token)));
        Assert.Equal([9, 4], head.Keys);
    }

    [Fact]
    public async Task Lists_AreThoseOfThePersonByRisingNumber()
    {
        var log = await StartAsync();
        Assert.True(await AppendAsync(log, 0, 6, new ListedLeaf(Ada, 1, 1, [Hash(1)]), new ListedLeaf(Ada, 2, 2, [Hash(1), Hash(2)]), new ListedLeaf(Bob, 1, 5, [Hash(1)])));
        Assert.True(await AppendAsync(log, 6, 4, new ListedLeaf(Ada, 3, 8, [Hash(2), Hash(3)]), new ListedLeaf(Bob, 2, 9, [])));
        log = await RestartAsync();
        Assert.Equal([(1ul, 1ul), (2ul, 2ul), (3ul, 8ul)], (await log.ListsAsync(Ada, 0, 10, None)).Select(Place));
        Assert.Equal([(2ul, 2ul)], (await log.ListsAsync(Ada, 1, 1, None)).Select(Place));
        Assert.Empty(await log.ListsAsync(Ada, 3, 10, None));
        Assert.Empty(await log.ListsAsync(Ada, ulong.MaxValue, 10, None));
        var second = (await log.ListsAsync(Ada, 1, 1, None))[0];
        Assert.Equal(Ada, second.User);
        Assert.Equal(Data(2), second.Data);
    }

    [Fact]
    public async Task FindList_IsTheFirstThatNamesTheIdentity()
    {
        var log = await StartAsync();
        Assert.True(await AppendAsync(log, 0, 3, new ListedLeaf(Ada, 1, 0, [Hash(1)]), new ListedLeaf(Ada, 2, 2, [Hash(1), Hash(2)])));
        Assert.True(await AppendAsync(log, 3, 2, new ListedLeaf(Ada, 3, 3, [Hash(2), Hash(3)]), new ListedLeaf(Bob, 1, 4, [Hash(4)])));
        log = await RestartAsync();
        Assert.Equal((1ul, 0ul), Place((await log.FindListAsync(Ada, Hash(1), None))!));
        Assert.Equal((2ul, 2ul), Place((await log.FindListAsync(Ada, Hash(2), None))!));
        Assert.Equal((3ul, 3ul), Place((await log.FindListAsync(Ada, Hash(3), None))!));
        Assert.Equal(Data(3), (await log.FindListAsync(Ada, Hash(3), None))!.Data);
        Assert.Null(await log.FindListAsync(Ada, Hash(4), None));
        Assert.Null(await log.FindListAsync(Bob, Hash(1), None));
    }

    [Fact]
    public async Task UserStatements_AreNewestListsWithTheirHeads()
    {
        var log = await StartAsync();
        Assert.True(await AppendAsync(log, 0, 3, new ListedLeaf(Ada, 1, 0, []), new ListedLeaf(Ada, 2, 1, []), new ListedLeaf(Bob, 1, 2, [])));
        var head = new SignedUserHead(Ada, 2, [7, 0, 255], [], Now.AddTicks(1));
        await log.SetUserHeadsAsync([head, new SignedUserHead(Ada, 1, [6], [], Now), new SignedUserHead(Eve, 1, [5], [], Now)], None);
        await log.SetUserHeadsAsync([], None);
        log = await RestartAsync();
        var statements = await log.UserStatementsAsync([Ada, Bob, Eve, Ada], None);
        Assert.Equal([Ada, Bob], statements.Keys.Order());
        Assert.Equal((2ul, 1ul), Place(statements[Ada].List));
        Assert.Equal(Data(1), statements[Ada].List.Data);
        Assert.Equivalent(head, statements[Ada].Head, strict: true);
        Assert.Equal((1ul, 2ul), Place(statements[Bob].List));
        Assert.Null(statements[Bob].Head);

        await log.SetUserHeadsAsync([head with { Token = [8], Path = new byte[64], Expires = Now.AddHours(1) }], None);
        var again = (await log.UserStatementsAsync([Ada], None))[Ada].Head!;
        Assert.Equal((8, 64, Now.AddHours(1)), (again.Token[0], again.Path.Length, again.Expires));
        Assert.True(await AppendAsync(log, 3, 1, new ListedLeaf(Ada, 3, 3, [])));
        var newer = (await log.UserStatementsAsync([Ada], None))[Ada];
        Assert.Equal((3ul, 3ul), Place(newer.List));
        Assert.Null(newer.Head);
    }

    [Fact]
    public async Task ListsToSign_AreThoseWithoutAHeadOrWithOneThatExpires()
    {
        var log = await StartAsync();
        Assert.True(await AppendAsync(log, 0, 4, new ListedLeaf(Eve, 1, 0, []), new ListedLeaf(Ada, 1, 1, []), new ListedLeaf(Ada, 2, 2, []), new ListedLeaf(Bob, 1, 3, [])));
        Assert.Equal([(Ada, 2ul), (Bob, 1ul), (Eve, 1ul)], await ToSignAsync(Now, 10));
        Assert.Equal([(Ada, 2ul), (Bob, 1ul)], await ToSignAsync(Now, 2));
        Assert.Equal(Data(2), (await log.ListsToSignAsync(Now, 1, None))[0].Data);
        await log.SetUserHeadsAsync([Head(Ada, 2, Now), Head(Bob, 1, Now.AddTicks(-1)), Head(Eve, 1, Now.AddHours(1))], None);
        log = await RestartAsync();
        Assert.Equal([(Bob, 1ul)], await ToSignAsync(Now, 10));
        Assert.Equal([(Ada, 2ul), (Bob, 1ul)], await ToSignAsync(Now.AddTicks(1), 10));
        Assert.True(await AppendAsync(log, 4, 1, new ListedLeaf(Eve, 2, 4, [])));
        Assert.Equal([(Bob, 1ul), (Eve, 2ul)], await ToSignAsync(Now, 10));
        await log.SetUserHeadsAsync([Head(Eve, 1, Now.AddHours(1))], None);
        Assert.Equal([(Bob, 1ul), (Eve, 2ul)], await ToSignAsync(Now, 10));

        async Task<List<(UserId, ulong)>> ToSignAsync(DateTimeOffset expiring, int limit) => [.. (await log.ListsToSignAsync(expiring, limit, None)).Select(static list => (list.User, list.Seq))];
    }

    private static SignedUserHead Head(UserId user, ulong seq, DateTimeOffset expires) => new(user, seq, [1], new byte[32], expires);

    private static (ulong Seq, ulong Index) Place(LoggedList list) => (list.Seq, list.Index);

    private static Task<bool> AppendAsync(ILogStore log, int size, int count, params ListedLeaf[] lists) => log.AppendAsync((ulong)size, Batch(size, count, lists), None);

    /// <summary>Leaves with the nodes that they complete.</summary>
    private static LogBatch Batch(int size, int count, params ListedLeaf[] lists) => new(
        [.. Enumerable.Range(size, count).Select(static i => new LogLeaf(Data(i), Hash(i)))],
        [.. new[] { (Level: 1, Leaves: 256), (Level: 2, Leaves: 65536) }.SelectMany(tile =>
            Enumerable.Range(size / tile.Leaves, ((size + count) / tile.Leaves) - (size / tile.Leaves)).Select(i => new LogNode(tile.Level, (ulong)i, Node(tile.Level, i))))],
        lists,
        Through: 0);

    private static byte[] Data(int index) => BitConverter.GetBytes(index);

    private static Digest Hash(int number) => Digest.Sha256(BitConverter.GetBytes(number));

    private static Digest Node(int level, int index) => Hash((level * 1_000_000) + index);
}
