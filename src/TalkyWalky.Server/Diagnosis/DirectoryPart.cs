using System.Globalization;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Ldap;
using TalkyWalky.Engines.Ldap.Diagnosis;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Configuration;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Server.Diagnosis;

/// <summary>The directory, and what the server would do now by what it says.</summary>
/// <param name="openServer">The running server, or the data of a stopped one; null when there is no data yet.</param>
internal sealed class DirectoryPart(ServerConfiguration configuration, string? sample, Func<CancellationToken, Task<AdminChannel>>? openServer, TimeProvider time)
{
    public DoctorPart Part => new("directory", LookAsync);

    private async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        LdapOptions? options;
        try
        {
            options = ServerEngines.LdapOf(configuration.Directory);
        }
        catch (ServerException missing)
        {
            return [new Finding("password", Verdict.Bad, missing.Message, null)];
        }

        if (options is null) return [new Finding("accounts", Verdict.Good, "built into this server: there is no directory to look at", null)];
        var needs = new LdapNeeds(configuration.Registration.Policy != RegistrationPolicy.Closed, configuration.Directory.PublishCertificates, sample);
        var findings = await Task.Factory.StartNew(() => new LdapDoctor(options, needs, time).Examine(), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var isUsable = findings.Any(static finding => finding is { Check: "search", Verdict: Verdict.Good });
        return [.. findings, .. Register(), isUsable ? await SyncAsync(cancellation) : new Finding("sync", Verdict.Skipped, "not looked at: a step before it is bad", null)];
    }

    private IEnumerable<Finding> Register()
    {
        if (configuration.Registration.Policy == RegistrationPolicy.Open)
        {
            yield return new(
                "register", Verdict.Warning, "anyone who reaches this server may add themselves to the directory", "Set registration.policy to invite or closed, unless only your people reach it.");
        }
    }

    private async Task<Finding> SyncAsync(CancellationToken cancellation)
    {
        const string Check = "sync";
        if (openServer is null) return new(Check, Verdict.Skipped, "no server has run on this data yet", null);
        try
        {
            await using var channel = await openServer(cancellation);
            return await channel.SendAsync(new AdminRequest.SyncDirectory(DryRun: true, Confirm: 0), cancellation) switch
            {
                AdminAnswer.Synced { Sync: { Held: true } held } => new(
                    Check, Verdict.Bad, Text($"the circuit breaker holds {held.Leaving} of {held.People} people back"),
                    Text($"See who they are with talkywalkyd directory sync --dry-run; mend the directory, or let them go with --confirm {held.Leaving}.")),
                AdminAnswer.Synced { Sync: var sync } => new(Check, Verdict.Good, Text($"{sync.People} people with devices, {sync.Leaving} to end"), null),
                AdminAnswer.Refused refused => new(Check, Verdict.Bad, refused.Error, null),
                var other => throw new InvalidOperationException($"a sync is not answered by {other.GetType().Name}"),
            };
        }
        catch (Exception e) when (e is ServerException or AuthorityException or EngineException)
        {
            return new(Check, Verdict.Bad, e.Message, null);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
