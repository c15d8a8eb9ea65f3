using TalkyWalky.Engines;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <param name="Nonce">32 bytes, base64url.</param>
/// <param name="User">Who is asked for; or <paramref name="Username"/>, never both.</param>
internal sealed record IntroductionForm(string Nonce, string? User = null, string? Username = null);

/// <summary>
/// Says which certificates a person's devices use now (docs/protocol.md section 9), from the store as it is. Signed by a key that the newest issuing CA delegated, as OCSP answers are.
/// </summary>
internal sealed class Introducer(CertificateAuthority authority, Issuance issuance, IDirectory directory, IStore store, TimeProvider time) : IDisposable
{
    private readonly Lock _signing = new(); // an ECDsa object promises nothing to two threads
    private readonly DelegatedKeys _keys = new(
        issuance, time, Introduction.MaxLife, new IssuanceCause(CertificateKind.Introducer, Actor.Authority, "a new key for introductions, as every day"),
        static (issuer, key, now) => issuer.PrepareIntroducer(key, now));

    /// <returns>The compact JWS.</returns>
    public async Task<(byte[]? Token, Refusal? Refusal)> IntroduceAsync(KnownDevice to, IntroductionForm form, CancellationToken cancellation)
    {
        var nonce = new byte[Digest.Size];
        if (form.Nonce.Length != StrictBase64Url.EncodedLength(Digest.Size) || !StrictBase64Url.TryDecode(System.Text.Encoding.UTF8.GetBytes(form.Nonce), nonce) || !Digest.TryRead(nonce, out var fresh))
            return (null, new Refusal(RefusalKind.Invalid, "the nonce is not 32 bytes in base64url"));
        if ((form.User is null) == (form.Username is null)) return (null, new Refusal(RefusalKind.Invalid, "the request names a person by user or by username"));
        if (await FindAsync(form, cancellation) is not { } account) return (null, new Refusal(RefusalKind.Unknown, "there is nobody of this name here"));
        if (!account.Enabled) return (null, new Refusal(RefusalKind.Forbidden, $"the account of {account.Username} is disabled"));

        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()); // before the store is read: what is issued from here on may be missing
        var devices = (await store.DevicesOfAsync(account.User, cancellation)).Where(static device => device.State == DeviceState.Active).ToList();
        List<Digest> certificates =
        [
            .. devices.SelectMany(static device => new[] { device.IdentityCertificate, device.EncryptionCertificate }).OfType<byte[]>()
                .Select(static der => Digest.Sha256(der)).Distinct().Order().Take(Introduction.MaxCertificates),
        ];
        var issuer = authority.Newest;
        var signer = await _keys.OfAsync(issuer, cancellation);
        var introduction = new Introduction(fresh, to.Record.User, to.Record.Device, account.User, account.Username, certificates, now, now + Introduction.MaxLife);
        lock (_signing) return (introduction.Sign(signer.Key, [signer.Certificate, issuer.Certificate]), null);
    }

    public void Dispose() => _keys.Dispose();

    private async Task<Account?> FindAsync(IntroductionForm form, CancellationToken cancellation) =>
        form.Username is { } name ? name.Length <= Limits.DirectoryUsernameMax ? await directory.FindAsync(name, cancellation) : null
        : UserId.TryParse(form.User, out var user) ? await directory.FindAsync(user, cancellation) : null;
}
