using System.Net;
using System.Text;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;

namespace TalkyWalky.Client.Enrol;

/// <summary>
/// The password given again on an enrolled device (docs/protocol.md section 2.8). One that was away until its identity certificate expired asks for a new one with the same
/// key, and waits until it is let in again.
/// </summary>
internal sealed class LogIn(Database database, ClientEnvironment environment)
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(60);

    /// <summary>What this device waits for, as a sentence; null when for nothing.</summary>
    public static string? WaitsFor(Rows rows) => rows.Settings.Get(SettingNames.AwaitsApproval) is { } text ? Encoding.UTF8.GetString(text) : null;

    public async Task<LoginOutcome> RunAsync(string password, CancellationToken cancellation)
    {
        var now = environment.Time.GetUtcNow();
        using var credentials = await database.RunAsync(rows => Credentials.Load(rows, now), cancellation) ?? throw new ProfileDamagedException("its certificates are missing");
        return now < credentials.Identity.NotAfter ? await AgainAsync(credentials, password, cancellation) : await ReturnAsync(credentials, password, cancellation);
    }

    private async Task<LoginOutcome> AgainAsync(Credentials credentials, string password, CancellationToken cancellation)
    {
        using var client = ClientOf(credentials, credentials.TlsIdentity());
        var outcome = await client.LoginAsync(credentials.Identity.Username, password, cancellation);
        if (outcome is not HttpOutcome.Answered { IsSuccess: true }) return Explain(outcome);
        await database.RunAsync(static rows => rows.Settings.Remove(SettingNames.LoggedOut), cancellation);
        return new LoginOutcome.LoggedIn();
    }

    private async Task<LoginOutcome> ReturnAsync(Credentials credentials, string password, CancellationToken cancellation)
    {
        using var key = credentials.OpenIdentityKey();
        using var client = ClientOf(credentials, identity: null);
        var (profile, name) = (credentials.Profile, credentials.Identity.Username);
        var outcome = await client.EnrolAsync("identity", again: false, OwnCertificate.Request(key, name), (name, password), invitation: null, cancellation);
        if (outcome is HttpOutcome.Answered { Status: HttpStatusCode.Accepted } pending) return await WaitAsync(pending, KeyPairs.Fingerprint(key), cancellation);
        if (outcome is not HttpOutcome.Answered { Status: HttpStatusCode.OK } answered) return Explain(outcome);
        var (device, why) = await IssuingNews.AcceptAsync(
            database, client, answered.Body, key, credentials.Anchor, profile.Issuing, DeviceKeyUse.Identity, environment.Time.GetUtcNow(), cancellation);
        if (device is null || device.Device != credentials.Identity.Device || device.User != credentials.Identity.User)
            return new LoginOutcome.Refused($"The new certificate is not for this device: {why ?? "the server issued it for another one"}. Tell your administrator.");
        await database.RunAsync(
            rows =>
            {
                rows.Settings.Set(SettingNames.IdentityCertificate, device.Der.Span);
                rows.Settings.Remove(SettingNames.AwaitsApproval);
                rows.Settings.Remove(SettingNames.LoggedOut);
            },
            cancellation);
        return new LoginOutcome.LoggedIn(); // the encryption certificate is renewed at the connect
    }

    private async Task<LoginOutcome> WaitAsync(HttpOutcome.Answered pending, string fingerprint, CancellationToken cancellation)
    {
        var why = pending.Detail ?? "This device waits for approval by another device of yours or by an administrator.";
        await database.RunAsync(rows => rows.Settings.Set(SettingNames.AwaitsApproval, Encoding.UTF8.GetBytes($"{why} Then log in again.")), cancellation);
        return new LoginOutcome.Pending(why, pending.RetryAfter ?? DefaultRetry, fingerprint);
    }

    private static LoginOutcome Explain(HttpOutcome outcome) => outcome switch
    {
        HttpOutcome.Answered { Status: >= HttpStatusCode.InternalServerError } broken =>
            new LoginOutcome.Unreachable(broken.Detail ?? "The server cannot check the password right now; try again later."),
        HttpOutcome.Answered answered =>
            new LoginOutcome.Refused(answered.Detail ?? "The server refused the log-in: the password is wrong, or the account is not what it was."),
        HttpOutcome.NotTrusted not => new LoginOutcome.Refused(not.Why),
        HttpOutcome.Unreachable not => new LoginOutcome.Unreachable(not.Why),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private AuthorityClient ClientOf(Credentials credentials, System.Net.Security.SslStreamCertificateContext? identity) =>
        new(credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor, credentials.Profile.Issuing, identity, environment.Time);
}
