using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Enrol;

/// <summary>What this device proves itself with: its keys, its verified certificates, and the root that it trusts.</summary>
internal sealed class Credentials : IDisposable
{
    private readonly byte[] _identityKey;

    private Credentials(
        ProfileData profile, TrustAnchor anchor, byte[] identityKey, VerifiedDevice identity, VerifiedDevice encryption, IReadOnlyList<EncryptionKey> keys,
        DateTimeOffset encryptionSince)
    {
        Profile = profile;
        Anchor = anchor;
        _identityKey = identityKey;
        Identity = identity;
        Encryption = encryption;
        EncryptionKeys = keys;
        EncryptionSince = encryptionSince;
        Issuing = [.. profile.Issuing.Select(static der => (ReadOnlyMemory<byte>)der)];
        Chain = [.. Issuing.Where(der => CertificateKeys.HashOf(der) == identity.Issuer).Take(1)];
    }

    public ProfileData Profile { get; }

    public TrustAnchor Anchor { get; }

    public VerifiedDevice Identity { get; }

    public VerifiedDevice Encryption { get; }

    /// <summary>Newest first. Only the inbox uses them.</summary>
    public IReadOnlyList<EncryptionKey> EncryptionKeys { get; }

    public DateTimeOffset EncryptionSince { get; }

    /// <summary>Every issuing CA that is known here, DER: candidates for path building.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Issuing { get; }

    /// <summary>The one that issued the identity certificate, for those who verify what this device signs.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Chain { get; }

    public string Address => Connect.ServerTrust.Address(Profile.Host, Profile.Port);

    /// <summary>An RSA object of the caller's own, to dispose: they are not made for several threads.</summary>
    public RSA OpenIdentityKey()
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(_identityKey, out _);
        return key;
    }

    /// <summary>For mutual TLS.</summary>
    public SslStreamCertificateContext TlsIdentity()
    {
        using var key = OpenIdentityKey();
        return TlsIdentity(Identity.Der, key, Profile.Issuing);
    }

    public static SslStreamCertificateContext TlsIdentity(ReadOnlyMemory<byte> certificate, RSA key, IEnumerable<byte[]> issuing)
    {
        using var bare = X509CertificateLoader.LoadCertificate(certificate.Span);
        return SslStreamCertificateContext.Create(
            bare.CopyWithPrivateKey(key), [.. issuing.Select(static der => X509CertificateLoader.LoadCertificate(der))], offline: true);
    }

    /// <summary>Null when the device is not enrolled to the end.</summary>
    /// <exception cref="ProfileDamagedException">A certificate in the profile is not one of this device under this root.</exception>
    public static Credentials? Load(Rows rows, DateTimeOffset now)
    {
        if (ProfileSettings.Read(rows) is not { } profile || rows.Settings.Get(SettingNames.IdentityCertificate) is not { } certificate) return null;
        if (rows.Settings.Get(SettingNames.IdentityKey) is not { } identityKey) return null;
        var stored = rows.Keys.All();
        if (stored.Count == 0) return null;
        var anchor = profile.Anchor();
        var identity = Verify(certificate, profile, anchor, DeviceKeyUse.Identity, now);
        var encryption = Verify(stored[0].Certificate, profile, anchor, DeviceKeyUse.Encryption, now);
        return new Credentials(profile, anchor, identityKey, identity, encryption, [.. stored.Select(Import)], stored[0].Since);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_identityKey);
        foreach (var key in EncryptionKeys) key.Key.Dispose();
    }

    public override string ToString() => $"Credentials {{ Device = {Identity.Device} }}";

    private static EncryptionKey Import(StoredEncryptionKey stored)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(stored.Pkcs8, out _);
        CryptographicOperations.ZeroMemory(stored.Pkcs8);
        return new EncryptionKey(key, Digest.Sha256(stored.Certificate));
    }

    // An own certificate that expired still names this device, and its history stays readable: judged at a time inside its life.
    private static VerifiedDevice Verify(byte[] der, ProfileData profile, TrustAnchor anchor, DeviceKeyUse use, DateTimeOffset now)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        var (from, to) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        var at = now < from ? from : now < to ? now : to - TimeSpan.FromSeconds(1); // the second of notAfter is outside already
        return DeviceCertificates.Verify(der, [.. profile.Issuing.Select(static one => (ReadOnlyMemory<byte>)one)], anchor, use, at) switch
        {
            DeviceVerification.Verified verified => verified.Device,
            DeviceVerification.Refused refused => throw new ProfileDamagedException($"its {use} certificate is not valid: {refused.Reason}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}

internal static class ProfileSettings
{
    public static ProfileData? Read(Rows rows) => rows.Settings.Get(SettingNames.Profile) is { } json
        ? System.Text.Json.JsonSerializer.Deserialize(json, ClientJson.Default.ProfileData)
        : null;

    public static void Write(Rows rows, ProfileData profile) =>
        rows.Settings.Set(SettingNames.Profile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(profile, ClientJson.Default.ProfileData));
}
