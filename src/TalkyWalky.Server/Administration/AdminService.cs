using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Administration;

/// <summary>Ends the sessions of a person; does nothing where no gateway runs.</summary>
internal delegate Task SessionEnder(UserId user, CloseCode code, string text);

/// <summary>Does what commands ask, in the running server and on the data of a stopped one alike.</summary>
/// <param name="link">The join link with this invitation.</param>
internal sealed class AdminService(
    IDirectory directory, AuthorityService authority, SessionEnder endSessions, Func<string, JoinLink> link, TimeSpan invitationLife, TimeProvider time)
{
    private readonly DeviceAdministration _devices = new(directory, authority);

    public async Task<AdminAnswer> ExecuteAsync(AdminRequest request, CancellationToken cancellation) => request switch
    {
        AdminRequest.AddUser add => await AddAsync(add, cancellation),
        AdminRequest.InviteUser invite => await InviteAsync(invite, cancellation),
        AdminRequest.ListUsers list => await ListAsync(list, cancellation),
        AdminRequest.SetUserEnabled set => await WithAccountAsync(set.Username, account => SetEnabledAsync(account, set.Enabled, cancellation), cancellation),
        AdminRequest.SetUserPassword set => await WithAccountAsync(set.Username, account => SetPasswordAsync(account, set.Password, cancellation), cancellation),
        AdminRequest.UnlockUser unlock => await WithAccountAsync(unlock.Username, account => UnlockAsync(account, cancellation), cancellation),
        AdminRequest.ListDevices { Username: { } name } => await WithAccountAsync(name, async account => await _devices.ListAsync(account, cancellation), cancellation),
        AdminRequest.ListDevices list => await _devices.ListAsync(list.After, cancellation),
        AdminRequest.ChangeDevice change => await _devices.ChangeAsync(change.Device, change.Act, cancellation),
        AdminRequest.NameDevice name => await _devices.NameAsync(name.Device, name.Name, cancellation),
        _ => throw new InvalidOperationException($"no such request: {request.GetType().Name}"),
    };

    private async Task<AdminAnswer> AddAsync(AdminRequest.AddUser add, CancellationToken cancellation)
    {
        if (!Username.TryNormalise(add.Username, out var name, out var nameError)) return new AdminAnswer.Refused(nameError);
        if ((AccountRules.PasswordError(add.Password) ?? AccountRules.FullNameError(add.FullName) ?? AccountRules.MailError(add.Mail)) is { } error) return new AdminAnswer.Refused(error);
        return await authority.AddAccountAsync(new NewAccount(name, add.Password, add.FullName ?? name, add.Mail), cancellation) switch
        {
            AddOutcome.Added added => new AdminAnswer.Done(Entry(added.Account)),
            _ => new AdminAnswer.Refused($"username \"{name}\" is taken; choose another"),
        };
    }

    private async Task<AdminAnswer> InviteAsync(AdminRequest.InviteUser invite, CancellationToken cancellation)
    {
        string? name = null;
        if (invite.Username is not null && !Username.TryNormalise(invite.Username, out name, out var nameError)) return new AdminAnswer.Refused(nameError);
        if (invite.Days is < 1 or > 365) return new AdminAnswer.Refused("an invitation lasts 1 to 365 days; give --days in that range");
        var life = invite.Days is { } days ? TimeSpan.FromDays(days) : invitationLife;
        var token = await authority.InviteAsync(name, life, cancellation);
        return new AdminAnswer.Invited(link(token).ToString(), time.GetUtcNow() + life);
    }

    private async Task<AdminAnswer> ListAsync(AdminRequest.ListUsers list, CancellationToken cancellation)
    {
        var limit = Math.Clamp(list.Limit, 1, AdminRequest.ListUsers.MaxLimit);
        var accounts = await directory.ListAsync(list.After, limit + 1, cancellation);
        return new AdminAnswer.Users([.. accounts.Take(limit).Select(Entry)], accounts.Count > limit);
    }

    private async Task<AdminAnswer?> SetEnabledAsync(Account account, bool enabled, CancellationToken cancellation)
    {
        await directory.SetEnabledAsync(account.User, enabled, cancellation);
        if (!enabled) await endSessions(account.User, CloseCode.AccountDisabled, "this account was disabled; ask your administrator");
        return null;
    }

    private async Task<AdminAnswer?> SetPasswordAsync(Account account, string password, CancellationToken cancellation)
    {
        if (AccountRules.PasswordError(password) is { } error) return new AdminAnswer.Refused(error);
        await directory.SetPasswordAsync(account.User, password, cancellation);
        await endSessions(account.User, CloseCode.LoginRequired, "the password was changed; log in with the new one");
        return null;
    }

    private async Task<AdminAnswer?> UnlockAsync(Account account, CancellationToken cancellation)
    {
        await authority.UnlockAsync(account.Username, cancellation);
        return null;
    }

    /// <summary>Runs a change and answers with the account as it is after it.</summary>
    private async Task<AdminAnswer> WithAccountAsync(string username, Func<Account, Task<AdminAnswer?>> change, CancellationToken cancellation)
    {
        var typed = username.Trim();
        var account = typed.Length is > 0 and <= Limits.DirectoryUsernameMax
            ? await directory.FindAsync(typed, cancellation) ?? await directory.FindAsync(typed.ToLowerInvariant(), cancellation)
            : null;
        if (account is null) return new AdminAnswer.Refused($"there is no user \"{typed}\"; see: talkywalkyd user list");
        if (await change(account) is { } refusal) return refusal;
        return new AdminAnswer.Done(Entry(await directory.FindAsync(account.User, cancellation) ?? account));
    }

    private static UserEntry Entry(Account account) =>
        new(account.User.ToString(), account.Username, account.FullName, account.Mail, account.Enabled, account.PasswordChangedAt, account.LockedUntil);
}
