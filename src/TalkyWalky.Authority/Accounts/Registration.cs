using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>What a person fills in for a new account.</summary>
internal sealed record RegistrationForm(string? Username, string? Password, string? FullName, string? Mail, string? Invite)
{
    public override string ToString() => nameof(RegistrationForm);
}

/// <summary>Makes new accounts, by the policy.</summary>
internal sealed partial class Registration(
    RegistrationPolicy policy, IDirectory directory, Invitations invitations, AttemptThrottle throttle, ILogger logger) : IDisposable
{
    public const int MinPassword = 8;

    private const int MaxWaiting = 100;
    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(5);

    // One at a time: the name is looked up, the invitation used and the account made with nobody between, so a taken name costs no invitation.
    private readonly SemaphoreSlim _one = new(1);
    private int _waiting;

    public async Task<RegisterOutcome> RegisterAsync(RegistrationForm form, IPAddress source, CancellationToken cancellation)
    {
        if (policy == RegistrationPolicy.Closed) return Refuse(RefusalKind.Forbidden, "registration is closed; ask your administrator for an account");
        if (Check(form, out var account) is { } fault) return Refuse(RefusalKind.Invalid, fault);
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return new RegisterOutcome.Refused(Refusal.Throttled(BusyWait));
        }

        try
        {
            await _one.WaitAsync(cancellation);
            try
            {
                return await AddAsync(account, form.Invite, source, cancellation);
            }
            finally
            {
                _one.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<RegisterOutcome> AddAsync(NewAccount account, string? invitation, IPAddress source, CancellationToken cancellation)
    {
        // Before the look at the name: who shows no invitation learns nothing about names.
        if (policy == RegistrationPolicy.Invite && string.IsNullOrEmpty(invitation))
            return Refuse(RefusalKind.Forbidden, "registration needs an invitation; ask your administrator for a join link with one");
        if (await directory.FindAsync(account.Username, cancellation) is not null) return Taken(account.Username);
        if (policy == RegistrationPolicy.Invite && await RedeemAsync(account.Username, invitation, source, cancellation) is { } refusal) return new RegisterOutcome.Refused(refusal);
        AddOutcome? outcome = null;
        try
        {
            outcome = await directory.AddAsync(account, cancellation);
        }
        finally
        {
            if (outcome is not AddOutcome.Added && policy == RegistrationPolicy.Invite) await invitations.ReturnAsync(invitation!, CancellationToken.None);
        }

        switch (outcome)
        {
            case AddOutcome.Added { Account: var added }:
                await invitations.VouchAsync(added, cancellation);
                LogRegistered(logger, added.User);
                return new RegisterOutcome.Registered(added);
            case AddOutcome.Refused refused:
                return Refuse(RefusalKind.Invalid, refused.Why);
            default:
                return Taken(account.Username);
        }
    }

    private async Task<Refusal?> RedeemAsync(string username, string? invitation, IPAddress source, CancellationToken cancellation)
    {
        if (!throttle.TryBegin($"invitation:{username}", source, out var attempt, out var wait)) return Refusal.Throttled(wait);
        if (!await invitations.RedeemAsync(invitation, username, cancellation))
            return new Refusal(RefusalKind.Forbidden, "this invitation is unknown, used, expired or for another name; ask your administrator for a new one");
        attempt.Succeed();
        return null;
    }

    private static string? Check(RegistrationForm form, out NewAccount account)
    {
        account = null!;
        if (!Username.TryNormalise(form.Username, out var name, out var error)) return error;
        if (form.Password is not { Length: >= MinPassword and <= Limits.Password }) return $"a password has {MinPassword} to {Limits.Password} characters";
        var fullName = form.FullName?.Trim() is { Length: > 0 } given ? given : name;
        if (fullName.Length > Limits.FullName || !IsPlainText(fullName)) return $"a full name has at most {Limits.FullName} characters and no control characters";
        var mail = form.Mail?.Trim() is { Length: > 0 } address ? address : null;
        if (mail is not null && !IsMail(mail)) return "the mail address reads name@domain and has at most 254 characters";
        account = new NewAccount(name, form.Password, fullName, mail);
        return null;
    }

    // Enough to keep slips and tricks out; only a delivered mail proves an address.
    private static bool IsMail(string mail) =>
        mail.Length <= Limits.Mail && IsPlainText(mail) && !mail.Any(char.IsWhiteSpace) && mail.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < mail.Length - 1;

    private static bool IsPlainText(string text) => !text.Any(static c => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    private static RegisterOutcome.Refused Taken(string username) => Refuse(RefusalKind.Taken, $"username \"{username}\" is taken; choose another, or log in");

    private static RegisterOutcome.Refused Refuse(RefusalKind kind, string reason) => new(new Refusal(kind, reason));

    [LoggerMessage(10, LogLevel.Information, "Account {User} registered")]
    private static partial void LogRegistered(ILogger logger, UserId user);
}
