using System.Text;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Server.Sync;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Server.Administration;

/// <summary>Ends the sessions of a person; does nothing where no gateway runs.</summary>
internal delegate Task SessionEnder(UserId user, CloseCode code, string text);

/// <summary>Does what commands ask, in the running server and on the data of a stopped one alike.</summary>
/// <param name="sync">Null where the directory is built in.</param>
/// <param name="link">The join link with this invitation.</param>
internal sealed class AdminService(
    IDirectory directory, AuthorityService authority, DirectorySync? sync, SessionEnder endSessions, Func<string, JoinLink> link, TimeSpan invitationLife, TimeProvider time)
{
    private readonly DeviceAdministration _devices = new(directory, authority);
    private readonly CertificateAdministration _certificates = new(authority, time);
    private readonly DirectoryAdministration _directory = new(directory, sync);

    public async Task<AdminAnswer> ExecuteAsync(AdminRequest request, Actor by, CancellationToken cancellation) => request switch
    {
        AdminRequest.AddUser add => await AddAsync(add, cancellation),
        AdminRequest.InviteUser invite => await InviteAsync(invite, by, cancellation),
        AdminRequest.ListUsers list => await ListAsync(list, cancellation),
        AdminRequest.SetUserEnabled set => await WithAccountAsync(set.Username, account => SetEnabledAsync(account, set.Enabled, cancellation), cancellation),
        AdminRequest.SetUserPassword set => await WithAccountAsync(set.Username, account => SetPasswordAsync(account, set.Password, cancellation), cancellation),
        AdminRequest.UnlockUser unlock => await WithAccountAsync(unlock.Username, account => UnlockAsync(account, cancellation), cancellation),
        AdminRequest.ListDevices { Username: { } name } => await WithAccountAsync(name, async account => await _devices.ListAsync(account, cancellation), cancellation),
        AdminRequest.ListDevices list => await _devices.ListAsync(list.After, cancellation),
        AdminRequest.ChangeDevice change => await _devices.ChangeAsync(change.Device, change.Act, change.Reason, by, cancellation),
        AdminRequest.NameDevice name => await _devices.NameAsync(name.Device, name.Name, cancellation),
        AdminRequest.SyncDirectory asked => await _directory.SyncAsync(asked, cancellation),
        AdminRequest.IssueServer issue => await _certificates.IssueAsync(issue.Hosts, issue.Request, by, cancellation),
        AdminRequest.RenewServer renew => await _certificates.RenewAsync(renew.Serial, renew.Request, by, cancellation),
        AdminRequest.GetCrl get => await authority.RevocationListAsync(get.Issuing, cancellation) is { } crl
            ? new AdminAnswer.Crl(crl)
            : new AdminAnswer.Refused($"there is no issuing CA {get.Issuing}, or all its certificates have expired; see: talkywalkyd ca show"),
        AdminRequest.RequestIssuing => new AdminAnswer.IssuingRequested(await authority.Rollover.RequestAsync(by, cancellation)),
        AdminRequest.AdoptIssuing adopt => await _certificates.AdoptAsync(adopt.Certificate, by, cancellation),
        AdminRequest.ListIssuing => await _certificates.ListIssuingAsync(cancellation),
        AdminRequest.ReplaceRootCrl replace => await authority.ReplaceRootCrlAsync(replace.Der, by) is { } fault ? new AdminAnswer.Refused(fault) : new AdminAnswer.Crl(replace.Der),
        AdminRequest.ListCertificates { Username: { } name } list =>
            await WithAccountAsync(name, async account => await _certificates.ListAsync(account, list.After, cancellation), cancellation),
        AdminRequest.ListCertificates list => await _certificates.ListAsync(account: null, list.After, cancellation),
        AdminRequest.ExportCertificates { Username: { } name } export =>
            await WithAccountAsync(name, async account => await _certificates.ExportAsync(account, export.After, by, cancellation), cancellation),
        AdminRequest.ExportCertificates export => await _certificates.ExportAsync(account: null, export.After, by, cancellation),
        AdminRequest.ShowCertificate show => await _certificates.ShowAsync(show.Serial, cancellation),
        AdminRequest.RevokeCertificate revoke => await _certificates.RevokeAsync(revoke.Serial, revoke.Reason, by, cancellation),
        AdminRequest.RevokeUser revoke => await WithAccountAsync(revoke.Username, async account => await _certificates.RevokeAsync(account, revoke.Reason, by, cancellation), cancellation),
        AdminRequest.ShowLog => await ShowLogAsync(cancellation),
        AdminRequest.ReadLog read => new AdminAnswer.LogEntries(await authority.Log.Store.LeavesAsync(read.First, AdminRequest.ReadLog.MaxBytes, cancellation)),
        AdminRequest.ReplaceLogKey replace => await ReplaceLogKeyAsync(replace.Reason, by, cancellation),
        AdminRequest.TestLogin login => await _directory.TestLoginAsync(login, cancellation),
        _ => throw new InvalidOperationException($"no such request: {request.GetType().Name}"),
    };

    private async Task<AdminAnswer> AddAsync(AdminRequest.AddUser add, CancellationToken cancellation)
    {
        if (!Username.TryNormalise(add.Username, out var name, out var nameError)) return new AdminAnswer.Refused(nameError);
        if ((AccountRules.PasswordError(add.Password) ?? AccountRules.FullNameError(add.FullName) ?? AccountRules.MailError(add.Mail)) is { } error) return new AdminAnswer.Refused(error);
        return await authority.AddAccountAsync(new NewAccount(name, add.Password, add.FullName ?? name, add.Mail), cancellation) switch
        {
            AddOutcome.Added added => new AdminAnswer.Done(Entry(added.Account)),
            AddOutcome.Refused refused => new AdminAnswer.Refused(refused.Why),
            _ => new AdminAnswer.Refused($"username \"{name}\" is taken; choose another"),
        };
    }

    private async Task<AdminAnswer> InviteAsync(AdminRequest.InviteUser invite, Actor by, CancellationToken cancellation)
    {
        string? name = null;
        if (invite.Username is { } typed)
        {
            // A name that the directory has is right as it stands there; another must be one that can be registered.
            name = (await FindAsync(typed, cancellation))?.Username;
            if (name is null && !Username.TryNormalise(typed, out name, out var nameError)) return new AdminAnswer.Refused(nameError);
        }

        if (invite.Days is < 1 or > 365) return new AdminAnswer.Refused("an invitation lasts 1 to 365 days; give --days in that range");
        var life = invite.Days is { } days ? TimeSpan.FromDays(days) : invitationLife;
        var token = await authority.InviteAsync(name, life, by, cancellation);
        return new AdminAnswer.Invited(link(token).ToString(), time.GetUtcNow() + life);
    }

    private async Task<AdminAnswer> ShowLogAsync(CancellationToken cancellation)
    {
        await authority.Log.RefreshAsync(cancellation);
        var keys = authority.Log.Keys;
        var token = (await authority.Log.Store.TreeHeadAsync(cancellation))?.Token;
        var head = token is null ? null : Pki.Log.TreeHead.TryVerify(token, keys);
        return new AdminAnswer.Log(new LogStateEntry(head?.Size ?? 0, head?.Root.ToString(), head?.Time, keys.Present.Hash.ToString(), token is null ? null : Encoding.ASCII.GetString(token)));
    }

    private async Task<AdminAnswer> ReplaceLogKeyAsync(string reason, Actor by, CancellationToken cancellation)
    {
        if (reason.Trim() is not { Length: > 0 and <= AdminRequest.ReplaceLogKey.MaxReason } why || why.Any(char.IsControl))
            return new AdminAnswer.Refused($"the reason has 1 to {AdminRequest.ReplaceLogKey.MaxReason} characters in one line; say why with --reason");
        try
        {
            await authority.ReplaceLogKeyAsync(why, by, cancellation);
        }
        catch (AuthorityException refused)
        {
            return new AdminAnswer.Refused(refused.Message);
        }

        return await ShowLogAsync(cancellation);
    }

    private async Task<AdminAnswer> ListAsync(AdminRequest.ListUsers list, CancellationToken cancellation)
    {
        var limit = Math.Clamp(list.Limit, 1, AdminRequest.ListUsers.MaxLimit);
        var accounts = await directory.ListAsync(list.After, limit + 1, cancellation);
        return new AdminAnswer.Users([.. accounts.Take(limit).Select(Entry)], accounts.Count > limit);
    }

    private async Task<AdminAnswer?> SetEnabledAsync(Account account, bool enabled, CancellationToken cancellation)
    {
        if (Refusal(account, await directory.SetEnabledAsync(account.User, enabled, cancellation)) is { } refusal) return refusal;
        if (!enabled) await endSessions(account.User, CloseCode.AccountDisabled, "this account was disabled; ask your administrator");
        return null;
    }

    private async Task<AdminAnswer?> SetPasswordAsync(Account account, string password, CancellationToken cancellation)
    {
        if (AccountRules.PasswordError(password) is { } error) return new AdminAnswer.Refused(error);
        if (Refusal(account, await directory.SetPasswordAsync(account.User, password, cancellation)) is { } refusal) return refusal;
        await endSessions(account.User, CloseCode.LoginRequired, "the password was changed; log in with the new one");
        return null;
    }

    private async Task<AdminAnswer?> UnlockAsync(Account account, CancellationToken cancellation) =>
        Refusal(account, await authority.UnlockAsync(account.Username, cancellation));

    /// <summary>Runs a change and answers with the account as it is after it.</summary>
    private async Task<AdminAnswer> WithAccountAsync(string username, Func<Account, Task<AdminAnswer?>> change, CancellationToken cancellation)
    {
        if (await FindAsync(username, cancellation) is not { } account) return NoSuchUser(username.Trim());
        if (await change(account) is { } refusal) return refusal;
        return new AdminAnswer.Done(Entry(await directory.FindAsync(account.User, cancellation) ?? account));
    }

    private async Task<Account?> FindAsync(string username, CancellationToken cancellation)
    {
        var typed = username.Trim();
        return typed.Length is > 0 and <= Limits.DirectoryUsernameMax ? await directory.FindAsync(typed, cancellation) : null;
    }

    private static AdminAnswer.Refused? Refusal(Account account, ChangeOutcome outcome) => outcome switch
    {
        ChangeOutcome.Done => null,
        ChangeOutcome.Refused refused => new AdminAnswer.Refused(refused.Why),
        _ => NoSuchUser(account.Username), // deleted a moment ago
    };

    private static AdminAnswer.Refused NoSuchUser(string name) => new($"there is no user \"{name}\"; see: talkywalkyd user list");

    internal static UserEntry Entry(Account account) =>
        new(account.User.ToString(), account.Username, account.FullName, account.Mail, account.Enabled, account.PasswordChangedAt, account.LockedUntil);
}
