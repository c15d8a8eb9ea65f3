namespace TalkyWalky.Engines.Specifications;

/// <summary>What every directory must do whose accounts and passwords are our own.</summary>
public abstract class AccountsSpecification : DirectorySpecification
{
    [Theory]
    [InlineData("ada")]
    [InlineData("nobody")]
    public async Task Bind_TwentyFailures_LockTheNameWhetherOrNotItExists(string username)
    {
        var time = new ManualTime();
        SetTime(time);
        var directory = await StartAsync();
        await AddAsync(directory, "ada");
        for (var i = 0; i < 20; i++) Assert.IsType<BindOutcome.Refused>(await directory.BindAsync(username, "wrong", default));
        var locked = Assert.IsType<BindOutcome.Locked>(await directory.BindAsync(username, "wrong", default));
        Assert.Equal(time.GetUtcNow().AddMinutes(15), locked.Until);

        directory = await RestartAsync();
        Assert.IsType<BindOutcome.Locked>(await directory.BindAsync(username, "Correct horse battery 9", default));
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync(username, "wrong", default));
        Assert.IsType<BindOutcome.Locked>(await directory.BindAsync(username, "wrong", default));
    }

    [Fact]
    public async Task Bind_RightPassword_ForgetsTheFailuresBefore()
    {
        var directory = await StartAsync();
        await AddAsync(directory, "ada");
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 19; i++) Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", "wrong", default));
            Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "Correct horse battery 9", default));
        }
    }

    [Fact]
    public async Task Unlock_LetsThePersonInAtOnce()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        for (var i = 0; i < 20; i++) await directory.BindAsync("ada", "wrong", default);
        Assert.NotNull((await directory.FindAsync(ada.User, default))!.LockedUntil);
        Assert.IsType<ChangeOutcome.Done>(await directory.UnlockAsync(ada.User, default));
        var bound = Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "Correct horse battery 9", default));
        Assert.Null(bound.Account.LockedUntil);
    }

    [Fact]
    public async Task Bind_AfterTheWorkWasRaised_StoresALongerHash()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        SetPasswordIterations(2000);
        directory = await RestartAsync();
        for (var i = 0; i < 2; i++) Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "Correct horse battery 9", default));
        Assert.Equal(ada.PasswordChangedAt, (await directory.FindAsync(ada.User, default))!.PasswordChangedAt);
    }

    /// <summary>The clock of the engine from its next start on.</summary>
    protected abstract void SetTime(TimeProvider time);

    /// <summary>The work of a hash from the next start on.</summary>
    protected abstract void SetPasswordIterations(int iterations);
}
