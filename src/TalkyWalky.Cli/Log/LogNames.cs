using System.Globalization;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Log;

/// <summary>Says log entries in words; from earlier certificates it knows what people are called and whose a serial number is. Sees every entry once, in order.</summary>
internal sealed class LogNames
{
    private readonly Dictionary<UserId, string> _names = [];
    private readonly Dictionary<string, UserId> _serials = new(StringComparer.Ordinal);
    private readonly Dictionary<UserId, DeviceList> _lists = [];

    public LogEntryLine Describe(ulong index, LogEntry entry)
    {
        var (kind, user, text) = entry switch
        {
            LoggedCertificate certificate => Describe(certificate),
            LoggedRevocation revocation => Describe(revocation),
            LoggedApproval approval => Describe(approval),
            DeviceList list => Describe(list),
            LoggedKey key when LogKeyStatement.TryRead(key.Token.Span) is { } next => ("log-key", null, $"the log's key was replaced: from here on the key {next.Key.Hash} signs"),
            LoggedCommit commit => ("commit", null, string.Create(CultureInfo.InvariantCulture, $"change {commit.Epoch} of the room {commit.Room}")),
            _ => ("unknown", (UserId?)null, "an entry of an unknown kind"),
        };
        return new LogEntryLine(index, entry.Time, kind, user?.ToString(), user is { } known ? NameOf(known) : null, text);
    }

    private string NameOf(UserId user) => _names.GetValueOrDefault(user) ?? user.ToString();

    private (string Kind, UserId? User, string Text) Describe(LoggedCertificate logged)
    {
        if (CertifiedName.TryRead(logged.Der) is not { } certified) return ("certificate", null, "a certificate that cannot be read");
        if (certified is not { User: { } user, Device: { } device }) return ("certificate", null, $"certificate {certified.Serial} of the server {certified.Name}, valid until {Day(certified.NotAfter)}");
        _names[user] = certified.Name;
        _serials[certified.Serial] = user;
        return ("certificate", user, $"{(certified.IsEncryption ? "encryption" : "identity")} certificate {certified.Serial} of {certified.Name}, device {device}, valid until {Day(certified.NotAfter)}");
    }

    private (string Kind, UserId? User, string Text) Describe(LoggedRevocation revocation) => _serials.TryGetValue(revocation.Serial, out var user)
        ? ("revocation", user, $"certificate {revocation.Serial} of {NameOf(user)} was revoked ({revocation.Reason})")
        : ("revocation", null, $"certificate {revocation.Serial} was revoked ({revocation.Reason})");

    private (string Kind, UserId? User, string Text) Describe(LoggedApproval logged)
    {
        // The token names whose it is in its payload; the log's readers verify it where it counts.
        var list = Jws.TryParse(JwsType.Approval, logged.Token.Span) is { X5c: [var signer, ..] } ? CertifiedName.TryRead(signer) : null;
        return list?.User is { } user ? ("approval", user, $"device {list.Device} of {NameOf(user)} let another device of that person in") : ("approval", null, "a device let another in");
    }

    private (string Kind, UserId? User, string Text) Describe(DeviceList list)
    {
        var before = _lists.GetValueOrDefault(list.User)?.Devices ?? [];
        _lists[list.User] = list;
        var changes = new List<string>();
        foreach (var device in list.Devices)
        {
            var known = before.FirstOrDefault(one => one.Device == device.Device);
            if (known is null) changes.Add($"{device.Device} came in, {How(device.LetIn)}");
            else if (known.Identity != device.Identity || known.Encryption != device.Encryption) changes.Add($"{device.Device} has a new {(known.Identity != device.Identity ? "identity" : "encryption")} certificate");
        }

        changes.AddRange(before.Where(one => list.Devices.All(device => device.Device != one.Device)).Select(static gone => $"{gone.Device} is out"));
        return ("devices", list.User, string.Create(CultureInfo.InvariantCulture, $"list {list.Seq} of the devices of {NameOf(list.User)}, {list.Devices.Count} of them: {string.Join("; ", changes)}"));
    }

    private static string How(Admission admission) => admission switch
    {
        { Approval: not null } => "let in by another device",
        { ByAdministrator: true } => "let in by an administrator",
        _ => "as the first",
    };

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
