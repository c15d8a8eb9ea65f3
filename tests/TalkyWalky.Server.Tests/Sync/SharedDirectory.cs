using System.Collections.Concurrent;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests.Sync;

/// <summary>A directory that others change, in memory: people only, nobody logs in.</summary>
internal sealed class SharedDirectory : ISharedDirectory
{
    private readonly ConcurrentDictionary<UserId, Account> _people = new();
    private int _mark;

    /// <summary>Throws as a directory does that is out of reach.</summary>
    public bool IsAway { get; set; }

    public string? Refusal { get; set; }

    /// <summary>What was published last, for each person.</summary>
    public ConcurrentDictionary<UserId, IReadOnlyCollection<byte[]>> Published { get; } = new();

    public Func<ReadOnlyMemory<byte>, bool>? IsOurs { get; private set; }

    public int Looks { get; private set; }

    public void Set(UserId user, string username, bool enabled = true)
    {
        _people[user] = new Account(user, username, username, null, enabled, DateTimeOffset.UnixEpoch, null);
        Interlocked.Increment(ref _mark);
    }

    public void Remove(UserId user)
    {
        _people.TryRemove(user, out _);
        Interlocked.Increment(ref _mark);
    }

    public Task<IReadOnlyList<Account>> FindAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation)
    {
        Looks++;
        return Answer<IReadOnlyList<Account>>(() => [.. users.Select(user => _people.GetValueOrDefault(user)).OfType<Account>()]);
    }

    public Task<string?> ChangeMarkAsync(CancellationToken cancellation) => Answer<string?>(() => $"{_mark}");

    public Task<ChangeOutcome> PublishCertificatesAsync(
        UserId user, IReadOnlyCollection<byte[]> certificates, Func<ReadOnlyMemory<byte>, bool> isOurs, CancellationToken cancellation) => Answer<ChangeOutcome>(() =>
    {
        IsOurs = isOurs;
        if (Refusal is { } why) return new ChangeOutcome.Refused(why);
        Published[user] = certificates;
        return new ChangeOutcome.Done();
    });

    public Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Account?> FindAsync(string username, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Account?> FindAsync(UserId user, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> SetPasswordAsync(UserId user, string password, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ChangeOutcome> UnlockAsync(UserId user, CancellationToken cancellation) => throw new NotSupportedException();

    public Task CheckAsync(CancellationToken cancellation) => throw new NotSupportedException();

    private Task<T> Answer<T>(Func<T> answer) =>
        IsAway ? Task.FromException<T>(new EngineException("the directory does not answer; start it")) : Task.FromResult(answer());
}
