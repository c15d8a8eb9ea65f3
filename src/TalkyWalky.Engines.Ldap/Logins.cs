using System.Security.Cryptography;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;

namespace TalkyWalky.Engines.Ldap;

/// <summary>Checks passwords: the service account finds the entry, then a bind as it.</summary>
internal sealed class Logins(LdapOptions options, LdapPool pool, People people, Flavour flavour, TimeProvider time)
{
    /// <summary>No refusal comes sooner: servers answer for an entry that they do not have without hashing anything.</summary>
    private static readonly TimeSpan ShortestRefusal = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan OneMore = TimeSpan.FromMilliseconds(1);

    public async Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation)
    {
        // RFC 4513 §5.1.2: a bind without a password succeeds, as nobody.
        if (Names.Readable(username) is not { } name || Names.PasswordFault(password) is not null) return new BindOutcome.Refused();
        var since = time.GetTimestamp();
        var person = await pool.ReadAsync(link => people.ByName(link, name), cancellation);
        // Nobody's entry: the same way, so that it takes as long.
        var dn = person?.Entry.Dn ?? $"{options.Map.Username}={RandomNumberGenerator.GetHexString(16)},{options.Base}";
        var verdict = await TryAsync(dn, password, cancellation);
        var outcome = person is null ? new BindOutcome.Refused() : await JudgeAsync(person, verdict, cancellation);
        // A timer counts whole milliseconds and may be a few of them early.
        while (outcome is BindOutcome.Refused && ShortestRefusal - time.GetElapsedTime(since) is var rest && rest > TimeSpan.Zero) await Task.Delay(rest + OneMore, time, cancellation);
        return outcome;
    }

    private async Task<BindVerdict> TryAsync(string dn, string password, CancellationToken cancellation)
    {
        var verdict = BindVerdict.Wrong;
        foreach (var candidate in Names.Candidates(password))
        {
            var reply = await pool.BindAsync(dn, candidate, cancellation);
            verdict = flavour.Judge(reply);
            if (verdict == BindVerdict.Failed) throw new EngineException($"the directory could not check a password (code {reply.Code}: {reply.Message}); look at its log");
            if (verdict != BindVerdict.Wrong) break;
        }

        return verdict;
    }

    private async Task<BindOutcome> JudgeAsync(Person person, BindVerdict verdict, CancellationToken cancellation) => verdict switch
    {
        BindVerdict.Right => Admit(person),
        BindVerdict.MustChangePassword => person.Account.Enabled ? new BindOutcome.MustChangePassword() : Admit(person),
        BindVerdict.Disabled => new BindOutcome.Disabled(),
        BindVerdict.Expired => new BindOutcome.Expired(),
        _ => await RefuseAsync(person, verdict, cancellation),
    };

    private static BindOutcome Admit(Person person) =>
        person.Standing.IsExpired && !person.Standing.IsDisabled ? new BindOutcome.Expired()
        : !person.Account.Enabled ? new BindOutcome.Disabled()
        : person.Standing.MustChangePassword ? new BindOutcome.MustChangePassword()
        : new BindOutcome.Bound(person.Account with { LockedUntil = null });

    // Servers answer for a locked account as for a wrong password, unless they are told otherwise; the entry says what is so. This very failure may have locked it.
    private async Task<BindOutcome> RefuseAsync(Person person, BindVerdict verdict, CancellationToken cancellation)
    {
        var now = await pool.ReadAsync(link => people.ById(link, person.Account.User), cancellation);
        // OpenLDAP does not look at the password of an account that is disabled in its own way: whoever tries learns nothing.
        if (now is null || now.Standing.IsDisabled) return new BindOutcome.Refused();
        if (now.Account.LockedUntil is { } until) return new BindOutcome.Locked(until == DateTimeOffset.MaxValue ? null : until);
        return verdict == BindVerdict.Locked && !now.Standing.IsExpired ? new BindOutcome.Locked(null) : new BindOutcome.Refused();
    }
}
