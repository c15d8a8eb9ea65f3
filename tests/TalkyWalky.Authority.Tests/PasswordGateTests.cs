using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

public sealed class PasswordGateTests
{
    [Fact]
    public async Task Enrol_UnknownUserAndWrongPassword_GetTheSameAnswer()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await authority.Service.AddAccountAsync(new NewAccount("alice", LiveAuthority.Password, "Alice", null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        var csr = LiveAuthority.Request(key);
        async Task<string> AskAsync(string user)
        {
            using var answer = await authority.EnrolIdentityAsync(user, "wrong password", csr);
            return $"{answer.StatusCode} {answer.Headers} {await answer.Content.ReadAsStringAsync()}";
        }

        static string WithoutDate(string text) => string.Join('\n', text.Split('\n').Where(l => !l.StartsWith("Date:", StringComparison.Ordinal) && !l.Contains(" Date:", StringComparison.Ordinal)));

        Assert.Equal(WithoutDate(await AskAsync("alice")), WithoutDate(await AskAsync("nobody")));
    }

    [Fact]
    public async Task Check_EveryName_TakesTheSameWayThroughTheDirectory()
    {
        var directory = new CountingDirectory();
        var gate = new PasswordGate(directory, new ManualTime(TestAuthority.Now), NullLogger.Instance);

        await gate.CheckAsync(new PasswordCredentials("alice", "wrong password"), IPAddress.Loopback, CancellationToken.None);
        await gate.CheckAsync(new PasswordCredentials("nobody", "wrong password"), IPAddress.Loopback, CancellationToken.None);

        // One bind each and nothing else: the time is the directory's, which spends the same on a name it does not know.
        Assert.Equal(["bind alice", "bind nobody"], directory.Calls);
    }

    [Fact]
    public async Task Check_EmptyPassword_NeverReachesTheDirectory()
    {
        var directory = new CountingDirectory();
        var gate = new PasswordGate(directory, new ManualTime(TestAuthority.Now), NullLogger.Instance);

        var outcome = await gate.CheckAsync(new PasswordCredentials("alice", ""), IPAddress.Loopback, CancellationToken.None);

        Assert.Equal(RefusalKind.NotAuthenticated, Assert.IsType<PasswordOutcome.Refused>(outcome).Refusal.Kind);
        Assert.Empty(directory.Calls);
    }

    [Fact]
    public async Task Login_SixthFailure_WaitsAndTheAdministratorUnlocks()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await authority.LoginAsync(identity, "alice", "wrong password");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var throttled = await authority.LoginAsync(identity, "alice", LiveAuthority.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, throttled.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), throttled.Headers.RetryAfter!.Delta);
        using var encryptionKey = KeyPool.Shared.CreateRsa(3072);
        using var untouched = await authority.WithCertificateAsync(identity, "/.well-known/est/encryption/simpleenroll", LiveAuthority.Request(encryptionKey));
        Assert.Equal(HttpStatusCode.OK, untouched.StatusCode); // certificate log-ins know no throttle
        authority.Time.Advance(TimeSpan.FromSeconds(1));
        using var right = await authority.LoginAsync(identity, "alice", LiveAuthority.Password);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.IsType<ChangeOutcome.Done>(await authority.Service.UnlockAsync("alice", CancellationToken.None));
        Assert.IsType<ChangeOutcome.Unknown>(await authority.Service.UnlockAsync("nobody", CancellationToken.None));
    }

    private sealed class CountingDirectory : IDirectory
    {
        public List<string> Calls { get; } = [];

        public Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation)
        {
            Calls.Add($"bind {username}");
            return Task.FromResult<BindOutcome>(new BindOutcome.Refused());
        }

        public Task<Account?> FindAsync(string username, CancellationToken cancellation) => Other<Account?>();

        public Task<Account?> FindAsync(UserId user, CancellationToken cancellation) => Other<Account?>();

        public Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) => Other<IReadOnlyList<Account>>();

        public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation) => Other<IReadOnlyList<Account>>();

        public Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation) => Other<AddOutcome>();

        public Task<ChangeOutcome> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) => Other<ChangeOutcome>();

        public Task<ChangeOutcome> SetPasswordAsync(UserId user, string password, CancellationToken cancellation) => Other<ChangeOutcome>();

        public Task<ChangeOutcome> UnlockAsync(UserId user, CancellationToken cancellation) => Other<ChangeOutcome>();

        public Task CheckAsync(CancellationToken cancellation) => Other<bool>();

        private static Task<T> Other<T>() => throw new InvalidOperationException("a password check binds and does nothing else");
    }
}
