namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>The checker finds what it is there to find.</summary>
public sealed class TotalQueueTests
{
    private readonly TotalQueue _queue = new();

    public TotalQueueTests()
    {
        foreach (var text in (IEnumerable<string>)["one", "two"])
        {
            _queue.Write("fault", "ada", "room", ["bob", "carol"], text);
            _queue.Accept(text);
            _queue.Deliver("bob", "ada", "room", text);
        }
    }

    private Verdict Verdict => _queue.Judge("fault");

    [Fact]
    public void EverythingOnceAndInOrder_IsGood()
    {
        Deliver("one", "two");
        Assert.True(_queue.IsSettled("fault"));
        Assert.Empty(_queue.Wrong);
        Assert.True(Verdict.IsGood);
        Assert.Equal((2, 4), (Verdict.Accepted, Verdict.Delivered));
    }

    [Fact]
    public void AcceptedAndNotDelivered_IsLost()
    {
        Deliver("one");
        Assert.False(_queue.IsSettled("fault"));
        Assert.Equal(1, Verdict.Lost);
        Assert.False(Verdict.IsGood);
    }

    [Fact]
    public void DeliveredTwice_IsDoubled()
    {
        Deliver("one", "two", "one");
        Assert.Equal(1, Verdict.Doubled);
        Assert.False(Verdict.IsGood);
    }

    [Fact]
    public void DeliveredInAnotherOrder_IsOutOfOrder()
    {
        Deliver("two", "one");
        Assert.Equal(1, Verdict.OutOfOrder);
        Assert.False(Verdict.IsGood);
    }

    [Fact]
    public void NeverAccepted_IsNotGood()
    {
        Deliver("one", "two");
        _queue.Write("fault", "ada", "room", ["bob", "carol"], "three");
        Assert.False(Verdict.IsGood);
    }

    [Theory]
    [InlineData("bob", "ada", "room", "nobody wrote this")]
    [InlineData("bob", "carol", "room", "one")]
    [InlineData("bob", "ada", "another room", "one")]
    [InlineData("dora", "ada", "room", "one")]
    public void WhatNobodyWroteToTheReader_IsWrong(string reader, string author, string conversation, string text)
    {
        _queue.Deliver(reader, author, conversation, text);
        Assert.Single(_queue.Wrong);
    }

    private void Deliver(params IEnumerable<string> texts)
    {
        foreach (var text in texts) _queue.Deliver("carol", "ada", "room", text);
    }
}
