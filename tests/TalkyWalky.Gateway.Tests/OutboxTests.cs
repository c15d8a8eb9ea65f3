using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;

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

    private static PooledFrame Frame(byte first, int length = 1)
    {
        var frame = PooledFrame.Rent(length);
        frame.Buffer[0] = first;
        return frame;
    }
}
