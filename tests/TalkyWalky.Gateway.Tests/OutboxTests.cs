using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class OutboxTests
{
    private readonly Outbox _outbox = new();
    private readonly OutgoingBatch _batch = new();

    [Fact]
    public async Task Frames_AreTakenTogetherAndInOrder()
    {
        await _outbox.AddAsync(Frame(1));
        await _outbox.AddAsync(Frame(2));
        Assert.True(await _outbox.TakeAsync(_batch));
        Assert.Equal([1, 2], _batch.Frames.Select(static frame => (int)frame.Buffer[0]));
    }

    [Fact]
    public Task Flush_WhenFramesWereAdded_RunsTheWriterOnceForAllOfThem() => Task.Run(async () => // as a session: without the test's synchronisation context
    {
        var taken = new List<int>();
        var writing = WriteAsync();
        await _outbox.AddAsync(Frame(1));
        await _outbox.AddAsync(Frame(2));
        Assert.Empty(taken);
        _outbox.Flush();
        Assert.Equal([2], taken);
        _outbox.Complete();
        await writing;

        async Task WriteAsync()
        {
            while (await _outbox.TakeAsync(_batch))
            {
                taken.Add(_batch.Frames.Count);
                _batch.Frames.Clear();
            }
        }
    });

    [Fact]
    public async Task Adding_OverTheBudget_WaitsUntilTheWriterTook()
    {
        Assert.True(await _outbox.AddAsync(Frame(1, 1024 * 1024)));
        var second = _outbox.AddAsync(Frame(2)).AsTask();
        Assert.False(second.IsCompleted);
        Assert.True(await _outbox.TakeAsync(_batch));
        Assert.True(await second);
        _batch.Frames.Clear();
        Assert.True(await _outbox.TakeAsync(_batch));
        Assert.Equal(2, Assert.Single(_batch.Frames).Buffer[0]);
    }

    [Fact]
    public async Task Complete_LetsTheWriterFinishAndRefusesMore()
    {
        await _outbox.AddAsync(Frame(1, 1024 * 1024));
        var waiting = _outbox.AddAsync(Frame(2)).AsTask();
        _outbox.Complete();
        Assert.False(await waiting);
        Assert.False(await _outbox.AddAsync(Frame(3)));
        Assert.True(await _outbox.TakeAsync(_batch));
        Assert.Single(_batch.Frames);
        _batch.Frames.Clear();
        Assert.False(await _outbox.TakeAsync(_batch));
    }

    [Fact]
    public async Task ManyChangesOfOnePerson_AreOneToTell()
    {
        var user = UserId.New();
        var taking = _outbox.TakeAsync(_batch).AsTask();
        Assert.False(taking.IsCompleted);
        _outbox.Touch(user);
        _outbox.Touch(user);
        Assert.True(await taking);
        Assert.Equal(user, Assert.Single(_batch.Presences!));
    }

    [Fact]
    public async Task ManyChangesOfOneRoom_AreTheLastOne()
    {
        var (room, other) = (new ConversationId(Digest.Sha256("room"u8)), new ConversationId(Digest.Sha256("other"u8)));
        for (var epoch = 1ul; epoch <= 9; epoch++) Assert.True(_outbox.Touch(Hint.RoomChanged(room, epoch, default)));
        Assert.True(_outbox.Touch(Hint.RoomChanged(other, 4, default)));
        Assert.True(await _outbox.TakeAsync(_batch));
        Assert.Equal([4ul, 9ul], _batch.Hints!.Values.Select(static frames => ServerFrame.Parser.ParseFrom(Assert.Single(frames)).RoomChanged.Epoch).Order());
    }

    [Fact]
    public void HintsOnTooManyThings_AreNotTakenInSilence()
    {
        var told = 0;
        while (_outbox.Touch(Hint.DevicesChanged(UserId.New()))) told++;
        Assert.Equal(4096, told);
    }

    [Fact]
    public async Task TryAdd_OverTheBudget_DropsTheFrame()
    {
        _outbox.TryAdd(Frame(1, 200 * 1024));
        _outbox.TryAdd(Frame(2, 100 * 1024));
        _outbox.TryAdd(Frame(3));
        Assert.True(await _outbox.TakeAsync(_batch));
        Assert.Equal([1, 3], _batch.Frames.Select(static frame => (int)frame.Buffer[0]));
    }

    private static PooledFrame Frame(byte first, int length = 1)
    {
        var frame = PooledFrame.Rent(length);
        frame.Buffer[0] = first;
        return frame;
    }
}
