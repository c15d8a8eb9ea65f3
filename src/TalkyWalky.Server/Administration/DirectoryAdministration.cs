using System.Globalization;
using TalkyWalky.Engines;
using TalkyWalky.Server.Sync;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Administration;

/// <summary>The organisation's directory as administrators look at it.</summary>
/// <param name="sync">Null where the directory is built in.</param>
internal sealed class DirectoryAdministration(IDirectory directory, DirectorySync? sync)
{
    public async Task<AdminAnswer> SyncAsync(AdminRequest.SyncDirectory request, CancellationToken cancellation)
    {
        if (sync is null) return new AdminAnswer.Refused("the directory is built in, and its accounts are changed here alone: there is nothing to sync; see directory.type in docs/configuration.md");
        var outcome = request.DryRun ? await sync.LookOnlyAsync(cancellation) : await sync.RunAsync(request.Confirm, cancellation);
        var found = outcome.Findings;
        return new AdminAnswer.Synced(new SyncEntry(
            found.People, found.Leavers.Count, [.. found.Leavers.Take(SyncEntry.MaxLeavers).Select(Entry)], found.Renamed.Count,
            Held: outcome is SyncOutcome.Held or SyncOutcome.Looked { WouldHold: true }, Done: outcome is SyncOutcome.Done));
    }

    /// <summary>Whether a name and a password let someone in; an administrator is told what a stranger is not.</summary>
    public async Task<AdminAnswer> TestLoginAsync(AdminRequest.TestLogin login, CancellationToken cancellation)
    {
        var name = login.Username.Trim();
        if (name.Length is 0 or > Limits.DirectoryUsernameMax) return new AdminAnswer.Refused($"a username has 1 to {Limits.DirectoryUsernameMax} characters");
        return await directory.BindAsync(name, login.Password, cancellation) switch
        {
            BindOutcome.Bound bound => new AdminAnswer.Done(AdminService.Entry(bound.Account)),
            BindOutcome.Disabled => new AdminAnswer.Refused($"the password of \"{name}\" is right, but the account is disabled, or outside the group that may use the chat"),
            BindOutcome.Expired => new AdminAnswer.Refused($"the password of \"{name}\" is right, but the account has expired; give it a later date in the directory"),
            BindOutcome.MustChangePassword => new AdminAnswer.Refused($"the password of \"{name}\" is right, but has expired or must be changed first"),
            BindOutcome.Locked { Until: { } until } => new AdminAnswer.Refused(string.Create(
                CultureInfo.InvariantCulture, $"\"{name}\" is locked until {until:yyyy-MM-dd HH:mm:ss}Z after too many failed attempts; to unlock: talkywalkyd user unlock {name}")),
            BindOutcome.Locked => new AdminAnswer.Refused($"\"{name}\" is locked after too many failed attempts; to unlock: talkywalkyd user unlock {name}"),
            _ => new AdminAnswer.Refused(
                await directory.FindAsync(name, cancellation) is null
                    ? $"the directory has no account \"{name}\" where it is looked for; check the spelling, and the base and filter of the configuration"
                    : $"the password of \"{name}\" is wrong"),
        };
    }

    private static LeaverEntry Entry(Leaver leaver) => new(leaver.User.ToString(), leaver.Username, leaver.Reason.ToString().ToLowerInvariant());
}
