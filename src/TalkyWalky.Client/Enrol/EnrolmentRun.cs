using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Client.Enrol;

/// <summary>
/// One attempt to enrol. What each step gained is stored before the next begins, so an attempt that was cut off goes on with the same account, keys and device.
/// </summary>
internal sealed class EnrolmentRun(
    ProfileFolder folder, Registration registration, bool registers, IProgress<EnrolmentStep>? progress, ClientEnvironment environment, CancellationToken cancellation)
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(60);

    private Database Database => folder.Database;

    /// <summary>This attempt made the profile: if it is refused, nothing in there is worth keeping.</summary>
    public bool IsNew { get; private set; }

    public async Task<EnrolOutcome> RunAsync()
    {
        var known = await Database.RunAsync(ProfileSettings.Read, cancellation);
        if (known is not null && !IsSame(known) && !await HasKeysAsync()) known = null;
        IsNew = known is null;
        if (known is not null && !IsSame(known))
        {
            return new EnrolOutcome.ProfileExists(
                $"The profile {folder.Path} belongs to {known.Username} at {ServerTrust.Address(known.Host, known.Port)}; choose another folder for another person or server.");
        }

        if (known is not null && await IsEnrolledAsync())
            return new EnrolOutcome.ProfileExists($"The profile {folder.Path} is enrolled already as {known.Username}; log in, or choose another folder.");
        Report(EnrolmentStep.Contacting);
        var (profile, failure) = known is null ? await ContactAsync() : (known, null);
        if (profile is null) return failure!;
        return (registers ? await RegisterAsync(profile, isResumed: known is { IsRegistering: true }) : null)
            ?? await MakeKeysAsync()
            ?? await RequestAsync(profile);
    }

    private bool IsSame(ProfileData known) =>
        string.Equals(known.Root, registration.Link.Root.ToString(), StringComparison.Ordinal)
        && string.Equals(known.Host, registration.Link.Host, StringComparison.OrdinalIgnoreCase) && known.Port == registration.Link.Port
        && string.Equals(known.Username, registration.User.Trim(), StringComparison.OrdinalIgnoreCase);

    private Task<bool> HasKeysAsync() => Database.RunAsync(static rows => rows.Settings.Get(SettingNames.IdentityKey) is not null, cancellation);

    private Task<bool> IsEnrolledAsync() => Database.RunAsync(
        static rows => rows.Settings.Get(SettingNames.IdentityCertificate) is not null && rows.Keys.All().Count > 0, cancellation);

    // RFC 7030 §4.1.1: the bootstrap connection is not trusted and carries no secret; the hash in the join link decides on what it brings.
    private async Task<(ProfileData? Profile, EnrolOutcome? Failure)> ContactAsync()
    {
        var link = registration.Link;
        var address = ServerTrust.Address(link.Host, link.Port);
        HttpOutcome outcome, info;
        using (var bootstrap = new AuthorityClient(link.Host, link.Port, anchor: null, [], identity: null, environment.Time))
        {
            outcome = await bootstrap.CaCertificatesAsync(cancellation);
            info = outcome is HttpOutcome.Answered { IsSuccess: true } ? await bootstrap.ServerAsync(cancellation) : outcome;
        }

        if (outcome is not HttpOutcome.Answered { IsSuccess: true } answered)
            return (null, Explain(outcome, $"The server at {address} did not give its certificates"));
        if (info is not HttpOutcome.Answered { IsSuccess: true } said) return (null, Explain(info, $"The server at {address} did not say who it is"));
        if (OwnCertificate.DecodeCms(answered.Body) is not { } certificates)
            return (null, new EnrolOutcome.Refused($"What answers at {address} is not a TalkyWalky server; check the join link."));
        var log = LogKeyOf(said.Body);
        var root = certificates.FirstOrDefault(der => TrustAnchor.HashOf(der, log) == link.Root);
        // A client of this version joins no server without a log, whatever its link says.
        if (root is null || log is null)
        {
            return (null, new EnrolOutcome.Refused(
                $"The server at {address} is not the one that the join link names: it has another root certificate or another transparency log. Nothing was sent to it; ask your administrator for the right join link."));
        }

        var issuing = IssuingNews.Select([.. certificates.Where(der => der != root)], [], TrustAnchor.FromRoot(root, log));
        var profile = new ProfileData(registration.User.Trim(), link.Host, link.Port, link.Root.ToString(), root, log.Info.ToArray(), issuing, registers);
        await Database.RunAsync(rows => ProfileSettings.Write(rows, profile), cancellation);
        return (profile, null);
    }

    private static LogKey? LogKeyOf(byte[] server)
    {
        try
        {
            return JsonSerializer.Deserialize(server, ClientJson.Default.ServerBody)?.LogKey is { } info ? LogKey.TryRead(info) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<EnrolOutcome?> RegisterAsync(ProfileData profile, bool isResumed)
    {
        if (!profile.IsRegistering) return null;
        Report(EnrolmentStep.Registering);
        using var client = Client(profile, identity: null);
        var outcome = await client.RegisterAsync(registration, cancellation);
        switch (outcome)
        {
            case HttpOutcome.Answered { IsSuccess: true }:
                await RememberRegisteredAsync(profile);
                return null;

            // An attempt before this one may have made the account and not heard the answer: then the password will tell.
            case HttpOutcome.Answered { Status: HttpStatusCode.Conflict } when isResumed:
                return null;
            case HttpOutcome.Answered { Status: HttpStatusCode.Conflict } taken:
                return new EnrolOutcome.Refused(taken.Detail ?? $"The username \"{profile.Username}\" is taken; choose another, or log in.");
            default:
                return Explain(outcome, "The server refused the registration");
        }
    }

    private Task RememberRegisteredAsync(ProfileData profile) =>
        Database.RunAsync(rows => ProfileSettings.Write(rows, profile with { IsRegistering = false }), cancellation);

    private async Task<EnrolOutcome?> MakeKeysAsync()
    {
        Report(EnrolmentStep.MakingKeys);
        if (await HasKeysAsync()) return null;
        var identity = Task.Run(() => environment.Keys.CreateRsa(KeyPairs.Bits), cancellation);
        var encryption = Task.Run(() => environment.Keys.CreateRsa(KeyPairs.Bits), cancellation);
        using var identityKey = await identity;
        using var encryptionKey = await encryption;
        await Database.RunAsync(
            rows =>
            {
                KeyPairs.Store(rows, SettingNames.IdentityKey, identityKey);
                KeyPairs.Store(rows, SettingNames.NextEncryptionKey, encryptionKey);
            },
            cancellation);
        return null;
    }

    private async Task<EnrolOutcome> RequestAsync(ProfileData profile)
    {
        Report(EnrolmentStep.RequestingCertificates);
        var anchor = profile.Anchor();
        using var key = await Database.RunAsync(static rows => KeyPairs.Load(rows, SettingNames.IdentityKey), cancellation);
        var identity = await Database.RunAsync(static rows => rows.Settings.Get(SettingNames.IdentityCertificate), cancellation);
        if (identity is null)
        {
            using var client = Client(profile, identity: null);
            var csr = OwnCertificate.Request(key, profile.Username);
            var outcome = await client.EnrolAsync("identity", again: false, csr, (profile.Username, registration.Password), registers ? null : registration.Link.Invitation, cancellation);
            if (Judge(outcome, key) is { } failure) return failure;
            var (device, why) = await IssuingNews.AcceptAsync(
                Database, client, Body(outcome), key, anchor, profile.Issuing, DeviceKeyUse.Identity, environment.Time.GetUtcNow(), cancellation);
            if (device is null) return new EnrolOutcome.Refused($"Enrolment stopped: {why}. Tell your administrator.");
            identity = device.Der.ToArray();
            await Database.RunAsync(rows => KeepIdentity(rows, device), cancellation);
        }

        return await RequestEncryptionAsync(profile, anchor, identity, key);
    }

    private async Task<EnrolOutcome> RequestEncryptionAsync(ProfileData profile, TrustAnchor anchor, byte[] identity, RSA identityKey)
    {
        using var key = await Database.RunAsync(static rows => KeyPairs.Load(rows, SettingNames.NextEncryptionKey), cancellation);
        using var client = Client(profile, Credentials.TlsIdentity(identity, identityKey, profile.Issuing));
        var outcome = await client.EnrolAsync("encryption", again: false, OwnCertificate.Request(key, profile.Username), basic: null, invitation: null, cancellation);
        if (Judge(outcome, identityKey) is { } failure) return failure;
        var now = environment.Time.GetUtcNow();
        var (device, why) = await IssuingNews.AcceptAsync(Database, client, Body(outcome), key, anchor, profile.Issuing, DeviceKeyUse.Encryption, now, cancellation);
        if (device is null) return new EnrolOutcome.Refused($"Enrolment stopped: {why}. Tell your administrator.");
        await Database.RunAsync(rows => KeyPairs.Adopt(rows, device, key, now), cancellation);
        using var credentials = await Database.RunAsync(rows => Credentials.Load(rows, now), cancellation);
        Report(EnrolmentStep.Done);
        return new EnrolOutcome.Enrolled(SelfInfo.From(credentials!, folder.Path));
    }

    private static void KeepIdentity(Rows rows, VerifiedDevice device)
    {
        rows.Settings.Set(SettingNames.IdentityCertificate, device.Der.Span);
        ProfileSettings.Write(rows, ProfileSettings.Read(rows)! with { Username = device.Username, IsRegistering = false });
    }

    private static EnrolOutcome? Judge(HttpOutcome outcome, RSA identityKey) => outcome switch
    {
        // RFC 7030 §4.2.3: 202 means that someone must approve first.
        HttpOutcome.Answered { Status: HttpStatusCode.Accepted } pending => new EnrolOutcome.Pending(
            pending.Detail ?? "This device waits for approval by your administrator or by one of your other devices.", pending.RetryAfter ?? DefaultRetry,
            KeyPairs.Fingerprint(identityKey)),
        HttpOutcome.Answered { Status: HttpStatusCode.OK } => null,
        HttpOutcome.Answered { Status: HttpStatusCode.Unauthorized } wrong => new EnrolOutcome.Refused(wrong.Detail ?? "The username or the password is wrong."),
        _ => Explain(outcome, "The server refused to enrol this device"),
    };

    private static byte[] Body(HttpOutcome outcome) => ((HttpOutcome.Answered)outcome).Body;

    private static EnrolOutcome Explain(HttpOutcome outcome, string what) => outcome switch
    {
        HttpOutcome.NotTrusted not => new EnrolOutcome.Refused(not.Why),
        HttpOutcome.Unreachable not => new EnrolOutcome.Unreachable(not.Why),
        HttpOutcome.Answered { Status: HttpStatusCode.TooManyRequests } busy => new EnrolOutcome.Refused(
            busy.Detail ?? $"{what}: too many attempts. Try again in {Math.Ceiling((busy.RetryAfter ?? DefaultRetry).TotalSeconds):0} seconds."),
        HttpOutcome.Answered { Status: >= HttpStatusCode.InternalServerError } broken => new EnrolOutcome.Unreachable(
            broken.Detail ?? $"{what}: it cannot work right now (HTTP {(int)broken.Status}). Try again later."),
        HttpOutcome.Answered answered => new EnrolOutcome.Refused(answered.Detail ?? $"{what} (HTTP {(int)answered.Status}). Tell your administrator."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private AuthorityClient Client(ProfileData profile, System.Net.Security.SslStreamCertificateContext? identity) =>
        new(profile.Host, profile.Port, profile.Anchor(), profile.Issuing, identity, environment.Time);

    private void Report(EnrolmentStep step) => progress?.Report(step);
}
