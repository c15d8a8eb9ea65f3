using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Specifications;

/// <summary>What every directory does.</summary>
public abstract class DirectorySpecification : IAsyncLifetime
{
    // With capitals and digits, as Active Directory wants them.
    private const string Password = "Correct horse battery 9";
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The answer to the right password of a disabled account.</summary>
    protected virtual Type ToldOfDisabled => typeof(BindOutcome.Disabled);

    /// <summary>A directory without the accounts that these tests add.</summary>
    protected abstract Task<IDirectory> StartAsync();

    protected abstract Task<IDirectory> RestartAsync();

    protected abstract Task StopAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => StopAsync();

    [Fact]
    public async Task Bind_RightPassword_GivesTheAccount()
    {
        var directory = await StartAsync();
        var added = await AddAsync(directory, "ada");
        var bound = Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None));
        Assert.Equal(added, bound.Account);
        Assert.Equal(("ada", "Ada L.", "ada@example.org", true), (added.Username, added.FullName, added.Mail, added.Enabled));
    }

    [Theory]
    [InlineData("ada", "wrong")]
    [InlineData("ada", "")]
    [InlineData("nobody", Password)]
    [InlineData("nobody", "")]
    [InlineData("", Password)]
    [InlineData("ada", "\ud800")]
    public async Task Bind_AnythingElse_IsRefused(string username, string password)
    {
        var directory = await StartAsync();
        await AddAsync(directory, "ada");
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync(username, password, None));
    }

    [Fact]
    public async Task Bind_OversizedInput_IsRefused()
    {
        var directory = await StartAsync();
        await AddAsync(directory, "ada");
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", new string('x', 100_000), None));
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync(new string('x', 100_000), Password, None));
    }

    [Fact]
    public async Task Names_DifferByMoreThanCase()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "Ada");
        Assert.Equal("ada", ada.Username);
        Assert.IsType<AddOutcome.NameTaken>(await directory.AddAsync(new NewAccount("ADA", Password, "Another", null), None));
        Assert.IsType<BindOutcome.Bound>(await directory.BindAsync(" aDa ", Password, None));
        Assert.Equal(ada.User, (await directory.FindAsync("ADA", None))!.User);
    }

    [Fact]
    public async Task Add_SameNameAtOnce_SucceedsOnce()
    {
        var directory = await StartAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => directory.AddAsync(new NewAccount("ada", Password, "", null), None)));
        Assert.Single(outcomes, outcome => outcome is AddOutcome.Added);
    }

    [Fact]
    public async Task Disabled_IsToldOnlyToWhoKnowsThePassword()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        Assert.IsType<ChangeOutcome.Done>(await directory.SetEnabledAsync(ada.User, enabled: false, None));
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", "wrong", None));
        Assert.IsType(ToldOfDisabled, await directory.BindAsync("ada", Password, None));
        Assert.False((await directory.FindAsync(ada.User, None))!.Enabled);
        Assert.IsType<ChangeOutcome.Done>(await directory.SetEnabledAsync(ada.User, enabled: true, None));
        Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None));
    }

    [Fact]
    public async Task SetPassword_ReplacesTheOldOne()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        Assert.IsType<ChangeOutcome.Done>(await directory.SetPasswordAsync(ada.User, "Another one, 10", None));
        Assert.IsType<BindOutcome.Refused>(await directory.BindAsync("ada", Password, None));
        var bound = Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", "Another one, 10", None));
        Assert.True(bound.Account.PasswordChangedAt >= ada.PasswordChangedAt);
    }

    [Fact]
    public async Task Bind_ComposedAndDecomposedAccents_AreTheSamePassword()
    {
        var directory = await StartAsync();
        Assert.IsType<AddOutcome.Added>(await directory.AddAsync(new NewAccount("zoe", "Caf\u00e9 cr\u00e8me, 11", "", null), None));
        Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("zoe", "Cafe\u0301 cre\u0300me, 11", None));
    }

    [Fact]
    public async Task Changes_ToAnUnknownAccount_SaySo()
    {
        var directory = await StartAsync();
        var nobody = UserId.New();
        Assert.IsType<ChangeOutcome.Unknown>(await directory.SetEnabledAsync(nobody, enabled: false, None));
        Assert.IsType<ChangeOutcome.Unknown>(await directory.SetPasswordAsync(nobody, Password, None));
        Assert.IsType<ChangeOutcome.Unknown>(await directory.UnlockAsync(nobody, None));
        Assert.Null(await directory.FindAsync(nobody, None));
        Assert.Null(await directory.FindAsync("nobody", None));
    }

    [Fact]
    public async Task Find_OfMany_GivesThoseThatAreKnown()
    {
        var directory = await StartAsync();
        var (ada, bob) = (await AddAsync(directory, "ada"), await AddAsync(directory, "bob"));
        await AddAsync(directory, "eve");
        var found = await directory.FindAsync([ada.User, UserId.New(), bob.User], None);
        Assert.Equal([ada, bob], found.OrderBy(static account => account.Username, StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_PagesInOrdinalOrder()
    {
        var directory = await StartAsync();
        string[] names = ["bob", "ada", "b-b", "carl", "b.b", "b_b", "b0b"];
        foreach (var name in names) await AddAsync(directory, name);
        var listed = new List<string>();
        for (string? after = null; ; after = listed[^1])
        {
            var page = await directory.ListAsync(after, 3, None);
            if (page.Count == 0) break;
            Assert.InRange(page.Count, 1, 3);
            listed.AddRange(page.Select(account => account.Username));
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), listed, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Restart_KeepsAccounts()
    {
        var directory = await StartAsync();
        var ada = await AddAsync(directory, "ada");
        directory = await RestartAsync();
        Assert.Equal(ada, await directory.FindAsync(ada.User, None));
        Assert.IsType<BindOutcome.Bound>(await directory.BindAsync("ada", Password, None));
    }

    [Fact]
    public async Task Check_Running_Completes()
    {
        var directory = await StartAsync();
        await directory.CheckAsync(None);
    }

    protected static async Task<Account> AddAsync(IDirectory directory, string username) =>
        Assert.IsType<AddOutcome.Added>(await directory.AddAsync(new NewAccount(username, Password, "Ada L.", $"{username.ToLowerInvariant()}@example.org"), None)).Account;
}
