using System.Globalization;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;

namespace TalkyWalky.Engines.Ldap.Diagnosis;

/// <summary>Compares this machine's clock with the directory's: certificates, lock-outs and expiry depend on both.</summary>
internal static class ServerClock
{
    public static Finding Look(LdapLink link, LdapOptions options, TimeProvider time)
    {
        var theirs = options.Kind == LdapKind.ActiveDirectory ? RootTime(link) : MonitorTime(link);
        var ours = time.GetUtcNow();
        if (theirs is not { } shown)
            return new("clock", Verdict.Skipped, "the directory does not show its time", "OpenLDAP: add \"database monitor\", and let the service account read cn=Current,cn=Time,cn=Monitor; else see that both machines use NTP.");
        var difference = (ours - shown).Duration();
        var seconds = difference.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        return difference <= LdapDoctor.ClockTolerance
            ? new("clock", Verdict.Good, $"{seconds} s from the directory's", null)
            : new("clock", Verdict.Bad, $"{seconds} s {(ours > shown ? "ahead of" : "behind")} the directory's", "Set both machines' clocks by NTP.");
    }

    // The root DSE of the connection was read when it was made; a new one shows the time of now.
    private static DateTimeOffset? RootTime(LdapLink link) => Search.One(link, "", "currentTime")?.Time("currentTime");

    // slapd-monitor(5): monitorTimestamp of this entry is the time when it is read.
    private static DateTimeOffset? MonitorTime(LdapLink link) => Search.One(link, "cn=Current,cn=Time,cn=Monitor", "monitorTimestamp")?.Time("monitorTimestamp");
}
