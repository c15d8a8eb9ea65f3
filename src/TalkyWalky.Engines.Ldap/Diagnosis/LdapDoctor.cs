using System.Globalization;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Engines.Ldap.Entries;
using TalkyWalky.Engines.Ldap.Flavours;

namespace TalkyWalky.Engines.Ldap.Diagnosis;

/// <summary>What of a directory is needed, and is therefore bad when it is missing.</summary>
/// <param name="AddsPeople">People register by themselves.</param>
/// <param name="PublishesCertificates">Certificates go into people's entries.</param>
/// <param name="Sample">Whose entry is looked at; null takes anybody's.</param>
public sealed record LdapNeeds(bool AddsPeople, bool PublishesCertificates, string? Sample);

/// <summary>Looks at a directory step by step, as the server would use it, and changes nothing there. What depends on a step that is bad is skipped.</summary>
public sealed class LdapDoctor(LdapOptions options, LdapNeeds needs, TimeProvider time)
{
    /// <summary>Between the directory's clock and this machine's.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    private static readonly string[] AfterConnecting = ["bind", "search", "group", "sample user", "rights", "changes", "clock"];

    /// <summary>Blocks at most some time-outs for each step; run on a thread of its own.</summary>
    public IReadOnlyList<Finding> Examine()
    {
        List<Finding> findings = [];
        var good = options.Servers.Where(server => Reach(server, findings)).ToList();
        return [.. findings, .. good.Count > 0 ? Inside(good[0]) : Skipped(AfterConnecting)];
    }

    private List<Finding> Inside(Uri server)
    {
        List<Finding> findings = [];
        try
        {
            using var link = LdapLink.Open(server, options);
            findings.Add(Bind(link));
            if (findings[0].Verdict == Verdict.Bad) return [.. findings, .. Skipped(AfterConnecting[1..])];
            var flavour = Flavour.Of(options, time);
            var sample = new SampleUser(options, flavour, needs.Sample);
            findings.AddRange(sample.Look(link));
            findings.AddRange(sample.Entry is { } entry ? new Rights(options, needs, flavour).Look(link, entry) : Skipped(["rights"]));
            findings.AddRange(sample.AreThere ? [Guarded("changes", () => Changes(link, flavour))] : Skipped(["changes"]));
            findings.Add(Guarded("clock", () => ServerClock.Look(link, options, time)));
            return findings;
        }
        catch (LinkException e)
        {
            return [.. findings, new Finding("connect", Verdict.Bad, e.Message, "It answered a moment ago; see whether the directory restarts.")];
        }
    }

    /// <summary>A directory that fails in the middle of a check is a finding as well.</summary>
    internal static Finding Guarded(string check, Func<Finding> look)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is EngineException or LinkException)
        {
            return new Finding(check, Verdict.Bad, e.Message, "See what the directory's own log says about it.");
        }
    }

    internal static IEnumerable<Finding> Skipped(IEnumerable<string> checks) => checks.Select(static check => new Finding(check, Verdict.Skipped, "not looked at: a step before it is bad", null));

    private bool Reach(Uri server, List<Finding> findings)
    {
        var connect = Connecting.Look(server, options);
        findings.Add(connect);
        if (connect.Verdict == Verdict.Bad)
        {
            findings.AddRange(Skipped(["TLS"]));
            return false;
        }

        var tls = Guarded("TLS", () => new TlsProbe(server, options, time).Look());
        if (tls.Verdict != Verdict.Bad) tls = Confirmed(server, tls);
        findings.Add(tls);
        return tls.Verdict != Verdict.Bad;
    }

    // The server itself connects by libldap, which has the last word.
    private Finding Confirmed(Uri server, Finding tls)
    {
        try
        {
            LdapLink.Open(server, options).Dispose();
            return tls;
        }
        catch (Exception e) when (e is EngineException or LinkException)
        {
            return new Finding("TLS", Verdict.Bad, e.Message, "See that this is the address of an LDAP server, and that directory.startTls and directory.caFile fit it.");
        }
    }

    private Finding Bind(LdapLink link) => Guarded("bind", () =>
    {
        if (options.BindDn is not { } dn)
        {
            return needs.AddsPeople || needs.PublishesCertificates
                ? new("bind", Verdict.Warning, "anonymous", "Give a service account in directory.bindDn, so that the server can add people and publish certificates.")
                : new("bind", Verdict.Good, "anonymous", null);
        }

        var reply = link.Bind(dn, options.Password ?? "");
        return reply.Code switch
        {
            LibLdap.Success => new("bind", Verdict.Good, dn, null),
            8 or 13 => new( // strongerAuthRequired, confidentialityRequired: RFC 4511 appendix A.2
                "bind", Verdict.Bad, $"{dn}: the directory takes passwords over TLS alone", "Set directory.startTls to true, or give ldaps:// addresses in directory.servers."),
            49 => new(
                "bind", Verdict.Bad, $"{dn}: refused, the account is unknown there or the password wrong{Said(reply)}", "Check directory.bindDn, and the first line of the file in directory.passwordFile."),
            _ => new("bind", Verdict.Bad, string.Create(CultureInfo.InvariantCulture, $"{dn}: result code {reply.Code}{Said(reply)}"), "Check directory.bindDn; see what the directory's own log says about it."),
        };
    });

    private static Finding Changes(LdapLink link, Flavour flavour) => flavour.ChangeMark(link) is not null
        ? new("changes", Verdict.Good, "the directory shows that something changed", null)
        : new("changes", Verdict.Warning, "the directory does not show whether something changed, so that everybody is looked up each time", "OpenLDAP: load the overlay syncprov, and let the service account read contextCSN of the suffix.");

    private static string Said(BindReply reply) => reply.Message.Length > 0 ? $" ({reply.Message.TrimEnd('\0')})" : "";
}
