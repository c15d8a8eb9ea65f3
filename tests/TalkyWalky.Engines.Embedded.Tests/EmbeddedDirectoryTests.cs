using TalkyWalky.Engines.Specifications;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

public sealed class EmbeddedDirectoryTests : DirectorySpecification
{
    private readonly TestEngines _engines = new();

    [Theory]
    [InlineData("ada")]
    [InlineData("nobody")]
    public async Task Bind_TwentyFailures_LockTheNameWhetherOrNotItExists(string username)
    {
        var time = new ManualTime();
        _engines.Time = time;
        var directory = await StartAsync();
        await AddAsync(directory, "ada");
        for (var i = 0; i < 20; i++) Assert.IsType<BindOutcome.Refused>(await directory.BindAsync(username, "wrong", default));
        var locked = Assert.IsType<BindOutcome.Locked>(await directory.BindAsync(username, "wrong", default));
        Assert.Equal(time.GetUtcNow().AddMinutes(15), locked.Until);

        directory = await RestartAsync();
        Assert.IsType<BindOutcome.Locked>(await directory.BindAsync(username, "correct horse battery", default));
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
            Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "correct horse battery", default));
        }
    }

    [Fact]
    public async Task Unlock_LetsThePersonInAtOnce()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        for (var i = 0; i < 20; i++) await directory.BindAsync("ada", "wrong", default);
        Assert.NotNull((await directory.FindAsync(ada.User, default))!.LockedUntil);
        Assert.True(await directory.UnlockAsync(ada.User, default));
        var bound = Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "correct horse battery", default));
        Assert.Null(bound.Account.LockedUntil);
    }

    [Fact]
    public async Task Bind_AfterTheWorkWasRaised_StoresALongerHash()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        _engines.Options = _engines.Options with { PasswordIterations = 2000 };
        directory = await RestartAsync();
        for (var i = 0; i < 2; i++) Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "correct horse battery", default));
        Assert.Equal(ada.PasswordChangedAt, (await directory.FindAsync(ada.User, default))!.PasswordChangedAt);
    }

    protected override async Task<IDirectory> StartAsync() => (await _engines.OpenAsync()).Directory;

    protected override async Task<IDirectory> RestartAsync() => (await _engines.ReopenAsync()).Directory;

    protected override Task StopAsync() => _engines.DeleteAsync();
}
