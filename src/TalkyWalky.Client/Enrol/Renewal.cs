using System.Net;
using System.Security.Cryptography;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki;

namespace TalkyWalky.Client.Enrol;

/// <summary>Renews certificates when they are due (docs/protocol.md section 1): identity at 2/3 of its life, encryption with a new key every 7 days.</summary>
internal sealed class Renewal(Database database, ClientEnvironment environment)
{
    private static readonly TimeSpan EncryptionAge = TimeSpan.FromDays(7);

    /// <summary>An old key lives this long after its replacement: a day more than any mailbox keeps a grant.</summary>
    private static readonly TimeSpan OldKeyLife = TimeSpan.FromDays(31);

    public static bool IsDue(Credentials credentials, DateTimeOffset now) => IsIdentityDue(credentials.Identity, now) || now - credentials.EncryptionSince >= EncryptionAge;

    /// <summary>Null when all that was due is renewed; else why not, as a sentence. What works goes on meanwhile.</summary>
    /// <param name="isRenamed">The identity is renewed whatever its age.</param>
    public async Task<string?> RenewAsync(Credentials credentials, bool isRenamed, CancellationToken cancellation)
    {
        var now = environment.Time.GetUtcNow();
        using var client = new AuthorityClient(
            credentials.Profile.Host, credentials.Profile.Port, credentials.Anchor, credentials.Profile.Issuing, credentials.TlsIdentity(), environment.Time);
        var trouble = isRenamed || IsIdentityDue(credentials.Identity, now) ? await RenewIdentityAsync(client, credentials, cancellation) : null;
        if (now - credentials.EncryptionSince >= EncryptionAge) trouble ??= await RenewEncryptionAsync(client, credentials, cancellation);
        return trouble;
    }

    public Task DestroyOldKeysAsync(CancellationToken cancellation) =>
        database.RunAsync(rows => rows.Keys.Destroy(environment.Time.GetUtcNow() - OldKeyLife), cancellation);

    private static bool IsIdentityDue(VerifiedDevice identity, DateTimeOffset now) =>
        now >= identity.NotBefore + (identity.NotAfter - identity.NotBefore) * 2 / 3;

    private async Task<string?> RenewIdentityAsync(AuthorityClient client, Credentials credentials, CancellationToken cancellation)
    {
        using var key = credentials.OpenIdentityKey();
        var (device, why) = await AskAsync(client, "identity", key, credentials, DeviceKeyUse.Identity, cancellation);
        if (device is null) return why;
        await database.RunAsync(
            rows =>
            {
                rows.Settings.Set(SettingNames.IdentityCertificate, device.Der.Span);
                ProfileSettings.Write(rows, ProfileSettings.Read(rows)! with { Username = device.Username });
                rows.Messages.Owner = (device.User, device.Username);
            },
            cancellation);
        return null;
    }

    private async Task<string?> RenewEncryptionAsync(AuthorityClient client, Credentials credentials, CancellationToken cancellation)
    {
        if (!await database.RunAsync(static rows => rows.Settings.Get(SettingNames.NextEncryptionKey) is not null, cancellation))
        {
            using var fresh = await Task.Run(() => environment.Keys.CreateRsa(KeyPairs.Bits), cancellation);
            await database.RunAsync(rows => KeyPairs.Store(rows, SettingNames.NextEncryptionKey, fresh), cancellation);
        }

        using var key = await database.RunAsync(static rows => KeyPairs.Load(rows, SettingNames.NextEncryptionKey), cancellation);
        var (device, why) = await AskAsync(client, "encryption", key, credentials, DeviceKeyUse.Encryption, cancellation);
        if (device is null) return why;
        await database.RunAsync(rows => KeyPairs.Adopt(rows, device, key, environment.Time.GetUtcNow()), cancellation);
        return null;
    }

    private async Task<(VerifiedDevice? Device, string? Why)> AskAsync(
        AuthorityClient client, string label, RSA key, Credentials credentials, DeviceKeyUse use, CancellationToken cancellation)
    {
        var csr = OwnCertificate.Request(key, credentials.Identity.Username);
        var outcome = await client.EnrolAsync(label, again: true, csr, basic: null, invitation: null, cancellation);
        if (outcome is not HttpOutcome.Answered { Status: HttpStatusCode.OK } answered) return (null, Why(label, outcome));
        var (device, why) = await IssuingNews.AcceptAsync(
            database, client, answered.Body, key, credentials.Anchor, credentials.Profile.Issuing, use, environment.Time.GetUtcNow(), cancellation);
        return device is null || device.Device != credentials.Identity.Device || device.User != credentials.Identity.User
            ? (null, $"The {label} certificate could not be renewed: {why ?? "the server issued it for another device"}. Tell your administrator.")
            : (device, null);
    }

    private static string Why(string label, HttpOutcome outcome) => outcome switch
    {
        HttpOutcome.NotTrusted not => not.Why,
        HttpOutcome.Unreachable not => not.Why,
        HttpOutcome.Answered answered => answered.Detail ?? $"The server did not renew the {label} certificate (HTTP {(int)answered.Status}). Tell your administrator.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
