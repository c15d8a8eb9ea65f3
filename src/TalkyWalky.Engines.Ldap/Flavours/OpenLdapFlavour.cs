using System.DirectoryServices.Protocols;
using System.Formats.Asn1;
using System.Text;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap.Flavours;

internal sealed class OpenLdapFlavour(LdapOptions options, TimeProvider time) : Flavour(options, time)
{
    private const string PasswordModify = "1.3.6.1.4.1.4203.1.11.1"; // RFC 3062
    private const string LockedTime = "pwdAccountLockedTime", LockedForGood = "000001010000Z"; // draft-behera-ldap-password-policy-10 §5.3.3
    private const string ChangedTime = "pwdChangedTime", Reset = "pwdReset", Policy = "pwdPolicySubentry", Duration = "pwdLockoutDuration", Created = "createTimestamp";
    private const string StartTime = "pwdStartTime", EndTime = "pwdEndTime", DelayEnd = "pwdAccountTmpLockoutEnd"; // the same draft, and the overlay's own for pwdMinDelay
    private const string ShadowExpire = "shadowExpire"; // RFC 2307 §3: days since 1970

    // RFC 4511 §4.1.9; the library's enumeration lacks it.
    private const ResultCode InvalidCredentials = (ResultCode)49;

    private readonly GroupWalk _groups = new(options, time);
    private readonly LockDurations _durations = new(time);

    public override IReadOnlyList<string> Attributes { get; } = [LockedTime, ChangedTime, Reset, Policy, StartTime, EndTime, DelayEnd, Created, ShadowExpire];

    public override string Certificates => "userCertificate;binary";

    public override IReadOnlyList<DirectoryAttribute> NewEntry => [];

    public override string IdFilter(UserId user) => Filter.Equal(Options.Map.Id, user.ToString());

    public override UserId? IdOf(LdapEntry entry) => Guid.TryParseExact(entry.Text(Options.Map.Id), "D", out var uuid) ? UserId.FromGuid(uuid) : null;

    public override Standing StandingOf(LdapLink link, LdapEntry entry) => new(
        IsDisabled(entry),
        IsExpired(entry),
        entry.Has(Reset, "TRUE"),
        entry.Time(ChangedTime) ?? entry.Time(Created) ?? DateTimeOffset.UnixEpoch,
        LockedUntil(link, entry));

    public override GroupMembers Members(LdapLink link, string filter, string group) => _groups.Members(link, group, ChangeMark(link));

    /// <summary>RFC draft-zeilenga "contextCSN": of all providers, kept where the syncprov overlay is.</summary>
    public override string? ChangeMark(LdapLink link) =>
        Search.One(link, Search.ContextOf(link, Options.Base), "contextCSN") is { } context && context.Has("contextCSN")
            ? string.Join(' ', context.Texts("contextCSN").Order(StringComparer.Ordinal))
            : null;

    public override BindVerdict Judge(BindReply reply)
    {
        var policy = PasswordPolicy.ErrorIn(reply.Policy);
        return (ResultCode)reply.Code switch
        {
            ResultCode.Success => policy is PolicyError.ChangeAfterReset ? BindVerdict.MustChangePassword : BindVerdict.Right,
            InvalidCredentials when policy is PolicyError.PasswordExpired => BindVerdict.MustChangePassword,
            InvalidCredentials when policy is PolicyError.AccountLocked => BindVerdict.Locked,
            // An entry without a password, one that went meanwhile, one that the server does not let bind.
            InvalidCredentials or ResultCode.InappropriateAuthentication or ResultCode.NoSuchObject or ResultCode.InvalidDNSyntax or ResultCode.UnwillingToPerform
                or ResultCode.InsufficientAccessRights or ResultCode.ConstraintViolation => BindVerdict.Wrong,
            _ => BindVerdict.Failed,
        };
    }

    public override IReadOnlyList<DirectoryAttributeModification> Enabling(LdapEntry entry, bool enabled) => enabled
        ? [.. Disablers(entry).Select(static attribute => Modification(DirectoryAttributeOperation.Delete, attribute))]
        : [Modification(DirectoryAttributeOperation.Replace, Options.Map.DisabledAttribute, Options.Map.DisabledValue)];

    public override IReadOnlyList<DirectoryAttributeModification> Unlocking(LdapEntry entry) =>
        // The overlay clears the failures with it.
        entry.Has(LockedTime) && !entry.Has(LockedTime, LockedForGood) ? [Modification(DirectoryAttributeOperation.Delete, LockedTime)] : [];

    public override string? NameFault(string username) => null;

    public override DirectoryResponse SetPassword(LdapLink link, string dn, string password)
    {
        var value = new AsnWriter(AsnEncodingRules.BER);
        using (value.PushSequence())
        {
            value.WriteOctetString(Encoding.UTF8.GetBytes(dn), new Asn1Tag(TagClass.ContextSpecific, 0));
            value.WriteOctetString(Encoding.UTF8.GetBytes(password), new Asn1Tag(TagClass.ContextSpecific, 2));
        }

        var request = new ExtendedRequest(PasswordModify, value.Encode());
        request.Controls.Add(new DirectoryControl(PasswordPolicy.Control, null, isCritical: false, serverSide: true));
        return link.Send<ExtendedResponse>(request);
    }

    /// <summary>The person chose this password, so that there is nothing to change after a reset by another (pwdMustChange).</summary>
    public override DirectoryResponse? Admit(LdapLink link, string dn) =>
        Search.One(link, dn, Reset)?.Has(Reset) is true
            ? link.Send<ModifyResponse>(new ModifyRequest(dn, Modification(DirectoryAttributeOperation.Delete, Reset)))
            : null;

    public override string? PasswordFault(DirectoryResponse response)
    {
        var control = response.Controls.FirstOrDefault(static control => string.Equals(control.Type, PasswordPolicy.Control, StringComparison.Ordinal));
        return PasswordPolicy.ErrorIn(control?.GetValue()) switch
        {
            PolicyError.PasswordTooShort => "this password is too short for the rules of your organisation; choose a longer one",
            PolicyError.PasswordTooLong => "this password is too long for the rules of your organisation; choose a shorter one",
            PolicyError.PasswordInHistory => "this password was used before; choose another",
            PolicyError.PasswordTooYoung => "this password was changed too recently; try again later",
            PolicyError.InsufficientPasswordQuality => "this password is too weak for the rules of your organisation; choose another",
            _ => response.ResultCode == ResultCode.ConstraintViolation ? $"the rules of your organisation refuse this password ({Refusal.Text(response)}); choose another" : null,
        };
    }

    private bool IsDisabled(LdapEntry entry) => entry.Has(LockedTime, LockedForGood) || entry.Has(Options.Map.DisabledAttribute, Options.Map.DisabledValue);

    private bool IsExpired(LdapEntry entry) =>
        entry.Time(EndTime) <= Now || entry.Time(StartTime) > Now
        || (entry.Number(ShadowExpire) is > 0 and var days && DateTimeOffset.UnixEpoch.AddDays(Math.Min(days, 1_000_000)) <= Now);

    private IEnumerable<string> Disablers(LdapEntry entry)
    {
        if (entry.Has(LockedTime, LockedForGood)) yield return LockedTime;
        if (!string.Equals(Options.Map.DisabledAttribute, LockedTime, StringComparison.OrdinalIgnoreCase)
            && entry.Has(Options.Map.DisabledAttribute, Options.Map.DisabledValue)) yield return Options.Map.DisabledAttribute;
    }

    private DateTimeOffset? LockedUntil(LdapLink link, LdapEntry entry)
    {
        if (entry.Time(DelayEnd) is { } delayed && delayed > Now) return delayed;
        if (entry.Has(LockedTime, LockedForGood) || entry.Time(LockedTime) is not { } since) return null;
        var policy = entry.Text(Policy);
        if (_durations.Of(policy ?? "", () => DurationOf(link, policy)) is not { } duration) return DateTimeOffset.MaxValue;
        return since + duration > Now ? since + duration : null;
    }

    // The default policy's name stands in the server's own configuration; where there is one policy it is that.
    private TimeSpan? DurationOf(LdapLink link, string? policy)
    {
        var found = policy is not null ? Search.One(link, policy, Duration)
            : Search.Below(link, Search.ContextOf(link, Options.Base), "(objectClass=pwdPolicy)", Duration) is [var only] ? only : null;
        return found?.Number(Duration) is > 0 and var seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null; // 0: until an administrator unlocks it
    }
}
