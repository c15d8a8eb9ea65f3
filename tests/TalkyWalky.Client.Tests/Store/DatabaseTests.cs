namespace TalkyWalky.Client.Tests.Store;

public sealed class DatabaseTests
{
    [Fact]
    public async Task Tell_OfWorkThatIsCommittedTogether_KeepsTheOrderOfTheWork()
    {
        await using var profile = await TestProfile.CreateAsync();
        var (next, told) = (0, new List<int>());
        var works = Enumerable.Range(0, 500).Select(_ => Task.Run(() => profile.Database.RunAsync(_ => next++, CancellationToken.None, told.Add)));
        await Task.WhenAll(works);
        Assert.Equal(Enumerable.Range(0, 500), told);
    }

    [Fact]
    public async Task Tell_OfWorkThatFailed_IsNotCalled()
    {
        await using var profile = await TestProfile.CreateAsync();
        var told = new List<int>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => profile.Database.RunAsync<int>(_ => throw new InvalidOperationException("no"), CancellationToken.None, told.Add));
        Assert.Empty(told);
    }
}
