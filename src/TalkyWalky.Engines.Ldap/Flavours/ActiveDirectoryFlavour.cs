using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Ldap.Flavours;

/// <summary>Active Directory: [MS-ADTS], and Samba as its domain controller.</summary>
internal sealed partial class ActiveDirectoryFlavour(LdapOptions options, TimeProvider time) : Flavour(options, time)
{
    private const string Control = "userAccountControl", Expires = "accountExpires", LastSet = "pwdLastSet", LockoutTime = "lockoutTime", Created = "whenCreated";
    private const string PrimaryGroup = "primaryGroupID", PrimaryToken = "primaryGroupToken";

    // [MS-ADTS] 2.2.16: ADS_UF_ACCOUNTDISABLE, ADS_UF_NORMAL_ACCOUNT.
    private const long Disabled = 0x2, NormalAccount = 0x200;

    // LDAP_MATCHING_RULE_IN_CHAIN ([MS-ADTS] 3.1.1.3.4.4.3): groups in groups.
    private const string InChain = "1.2.840.113556.1.4.1941";

    private const int MaxName = 20; // of sAMAccountName for people, [MS-ADTS] 3.1.1.6
    private const string NotInNames = "\"/\\[]:;|=,+*?<>@";

    private readonly LockDurations _durations = new(time);

    public override IReadOnlyList<string> Attributes { get; } = [Control, Expires, LastSet, LockoutTime, Created, PrimaryGroup];

    public override string Certificates => "userCertificate";

    public override IReadOnlyList<DirectoryAttribute> NewEntry { get; } = [new(Control, Text(NormalAccount | Disabled))];

    public override string IdFilter(UserId user) => Filter.Equal(Options.Map.Id, new Guid(user.ToArray(), bigEndian: true).ToByteArray());

    // objectGUID is little-endian in its first three fields, as .NET's own form.
    public override UserId? IdOf(LdapEntry entry) => entry.Bytes(Options.Map.Id) is { Length: 16 } guid ? UserId.FromGuid(new Guid(guid)) : null;

    public override Standing StandingOf(LdapLink link, LdapEntry entry) => new(
        (entry.Number(Control) & Disabled) != 0,
        FileTime(entry.Number(Expires)) is { } expires && expires <= Now,
        entry.Number(LastSet) == 0,
        FileTime(entry.Number(LastSet)) ?? entry.Time(Created) ?? DateTimeOffset.UnixEpoch,
        LockedUntil(link, entry));

    public override GroupMembers Members(LdapLink link, string filter, string group)
    {
        if (Search.One(link, group, PrimaryToken) is not { } entry)
            throw new EngineException($"the directory has no group {group}, or the service account may not see it; check directory.group");
        var isInside = Filter.Equal($"memberOf:{InChain}:", group);
        // Nobody's primary group has them as members; their entries name it, and it may be the group itself or any in it.
        var inner = Search.Below(link, Search.ContextOf(link, group), Filter.And("(objectClass=group)", isInside), PrimaryToken);
        var primary = inner.Append(entry).Select(static found => found.Text(PrimaryToken)).OfType<string>().Select(static token => Filter.Equal(PrimaryGroup, token));
        var members = Search.Below(link, Options.Base, Filter.And(filter, Filter.Or([isInside, .. primary])), Search.DnOnly);
        return new GroupMembers(members.Select(static member => DistinguishedName.Normalise(member.Dn)).ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
    }

    /// <summary>Update sequence numbers are each server's own ([MS-ADTS] 3.1.1.1.9).</summary>
    public override string? ChangeMark(LdapLink link)
    {
        var root = Search.One(link, "", "highestCommittedUSN", "dsServiceName");
        return root?.Text("highestCommittedUSN") is { } usn ? $"{root.Text("dsServiceName")} {usn}" : null;
    }

    /// <summary>The server tells why in the text of error 49, mostly to who knows the password alone: ERROR_* of Win32.</summary>
    public override BindVerdict Judge(BindReply reply)
    {
        if (reply.Code == LibLdap.Success) return BindVerdict.Right;
        if (reply.Code != 49) return (ResultCode)reply.Code is ResultCode.NoSuchObject or ResultCode.InvalidDNSyntax or ResultCode.UnwillingToPerform ? BindVerdict.Wrong : BindVerdict.Failed;
        return Data().Match(reply.Message).Groups["code"].Value.ToLowerInvariant() switch
        {
            "530" or "531" or "533" => BindVerdict.Disabled, // not at this time, not from here, disabled
            "532" or "773" => BindVerdict.MustChangePassword,
            "701" => BindVerdict.Expired,
            "775" => BindVerdict.Locked,
            _ => BindVerdict.Wrong, // 525 no such user, 52e wrong password
        };
    }

    public override IReadOnlyList<DirectoryAttributeModification> Enabling(LdapEntry entry, bool enabled)
    {
        var control = entry.Number(Control) ?? NormalAccount;
        return [Modification(DirectoryAttributeOperation.Replace, Control, Text(enabled ? control & ~Disabled : control | Disabled))];
    }

    public override IReadOnlyList<DirectoryAttributeModification> Unlocking(LdapEntry entry) =>
        entry.Number(LockoutTime) is > 0 ? [Modification(DirectoryAttributeOperation.Replace, LockoutTime, "0")] : [];

    public override string? NameFault(string username) =>
        username.Length > MaxName ? $"in this directory a username has at most {MaxName} characters"
        : username.AsSpan().ContainsAny(NotInNames) || username.EndsWith('.') ? $"in this directory a username holds none of {NotInNames} and does not end with a dot"
        : null;

    /// <summary>[MS-ADTS] 3.1.1.3.1.5: in quotes, UTF-16, over TLS.</summary>
    public override DirectoryResponse SetPassword(LdapLink link, string dn, string password)
    {
        var modification = new DirectoryAttributeModification { Operation = DirectoryAttributeOperation.Replace, Name = "unicodePwd" };
        modification.Add(Encoding.Unicode.GetBytes($"\"{password}\""));
        return link.Send<ModifyResponse>(new ModifyRequest(dn, modification));
    }

    public override DirectoryResponse? Admit(LdapLink link, string dn) =>
        link.Send<ModifyResponse>(new ModifyRequest(dn, Modification(DirectoryAttributeOperation.Replace, Control, Text(NormalAccount))));

    public override string? PasswordFault(DirectoryResponse response) =>
        // 0000052D: ERROR_PASSWORD_RESTRICTION.
        response.ErrorMessage?.Contains("52D", StringComparison.OrdinalIgnoreCase) is true
            ? "this password does not meet the rules of your organisation (length, kinds of characters, earlier passwords); choose another"
            : null;

    [GeneratedRegex("data (?<code>[0-9a-f]+)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Data();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // 0 and the largest number mean never.
    private static DateTimeOffset? FileTime(long? ticks) =>
        ticks is > 0 and var time && time < DateTimeOffset.MaxValue.ToFileTime() ? DateTimeOffset.FromFileTime(time).ToUniversalTime() : null;

    private DateTimeOffset? LockedUntil(LdapLink link, LdapEntry entry)
    {
        if (FileTime(entry.Number(LockoutTime)) is not { } since) return null;
        if (_durations.Of("", () => DurationOf(link)) is not { } duration) return DateTimeOffset.MaxValue;
        return since + duration > Now ? since + duration : null;
    }

    // Negative, in 100 ns; the least number means that an administrator must unlock it.
    private TimeSpan? DurationOf(LdapLink link) =>
        Search.One(link, Search.ContextOf(link, Options.Base), "lockoutDuration")?.Number("lockoutDuration") is < 0 and > long.MinValue and var ticks ? new TimeSpan(-ticks) : null;
}
