using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>A root, an issuing CA and device certificates by the profiles, from keys of the pool.</summary>
internal sealed class TestAuthority
{
    public const string Domain = "example.org", Organisation = "Example Ltd";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly X500DistinguishedName RootName = SubjectName.Encode(Organisation, "Root");
    private static readonly X500DistinguishedName IssuingName = SubjectName.Encode(Organisation, "Issuing");
    private readonly RSA _rootKey;
    private readonly RSA _issuingKey;

    /// <param name="rootKey">Which RSA-4096 key of the pool, so that two authorities never share one.</param>
    public TestAuthority(int rootKey)
    {
        _rootKey = LoadKey($"rsa4096-{rootKey}.pem");
        _issuingKey = LoadKey("rsa3072-40.pem");
        Root = Sign(RootName, new PublicKey(_rootKey), TimeSpan.FromDays(3652), RootName, _rootKey, Authority(1));
        Issuing = Sign(
            IssuingName, new PublicKey(_issuingKey), TimeSpan.FromDays(1826), RootName, _rootKey,
            [.. Authority(0), new NameConstraints(Domain, Organisation).Encode()]);
        using var log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Anchor = TrustAnchor.FromRoot(Root, LogKey.Of(log));
        TreeHead = new TreeHead(123_456, Digest.Sha256("a log's root"u8), Now.AddMinutes(-7)).Sign(log);
    }

    public static TestAuthority Shared { get; } = new(rootKey: 1);

    public byte[] Root { get; }

    public byte[] Issuing { get; }

    /// <summary>Names the log's key.</summary>
    public TrustAnchor Anchor { get; }

    /// <summary>A token by the log's key.</summary>
    public byte[] TreeHead { get; }

    public static RSA LoadKey(string file)
    {
        var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(Repository.Vectors("keys", file)));
        return key;
    }

    public TestDevice Enrol(UserId user, string name, RSA? identity = null, RSA? encryption = null)
    {
        var device = DeviceId.New();
        identity ??= KeyPool.Shared.CreateRsa(3072);
        encryption ??= KeyPool.Shared.CreateRsa(3072);
        return new TestDevice(
            this, user, device, identity, Verify(Issue(user, device, name, identity, DeviceKeyUse.Identity), DeviceKeyUse.Identity),
            encryption, Verify(Issue(user, device, name, encryption, DeviceKeyUse.Encryption), DeviceKeyUse.Encryption));
    }

    public VerifiedDevice Verify(byte[] der, DeviceKeyUse use) =>
        Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(der, [Issuing], Anchor, use, Now)).Device;

    public byte[] Issue(UserId user, DeviceId device, string name, RSA key, DeviceKeyUse use)
    {
        var isIdentity = use == DeviceKeyUse.Identity;
        List<X509Extension> extensions =
        [
            new X509BasicConstraintsExtension(false, false, 0, critical: true),
            new X509KeyUsageExtension(isIdentity ? X509KeyUsageFlags.DigitalSignature : X509KeyUsageFlags.KeyEncipherment, critical: true),
            Names(DeviceUris.ForUser(Domain, user), DeviceUris.ForDevice(Domain, device)),
        ];
        if (isIdentity) extensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        return Sign(SubjectName.Encode(Organisation, name), new PublicKey(key), TimeSpan.FromDays(isIdentity ? 90 : 30), IssuingName, _issuingKey, extensions);
    }

    private byte[] Sign(X500DistinguishedName subject, PublicKey key, TimeSpan life, X500DistinguishedName issuer, RSA issuerKey, IEnumerable<X509Extension> extensions)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions) request.CertificateExtensions.Add(extension);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        if (subject != issuer)
        {
            var issuerId = new X509SubjectKeyIdentifierExtension(new PublicKey(issuerKey), critical: false);
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuerId));
        }

        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        var signer = X509SignatureGenerator.CreateForRSA(issuerKey, RSASignaturePadding.Pkcs1);
        using var certificate = request.Create(issuer, signer, Now.AddHours(-1), Now + life, serial);
        return certificate.RawData;
    }

    private static X509Extension[] Authority(int pathLength) =>
    [
        new X509BasicConstraintsExtension(true, true, pathLength, critical: true),
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true),
    ];

    private static X509Extension Names(params string[] uris)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in uris) writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }
}

internal sealed record TestDevice(
    TestAuthority Authority, UserId User, DeviceId Device, RSA IdentityKey, VerifiedDevice Identity, RSA EncryptionKey, VerifiedDevice Encryption)
{
    /// <summary>By a device list whose number and hash are its own.</summary>
    public GrantRecipient AsRecipient => new(Encryption, 1 + (Device.ToArray()[0] % 9ul), Digest.Sha256(Device.ToArray()));

    public IReadOnlyList<EncryptionKey> Keys => [new EncryptionKey(EncryptionKey, Encryption.CertificateHash)];

    public GrantReader Reader => new(Authority.Anchor, User, Device, [], TestAuthority.Now);

    public GrantOrder OrderTo(UserId peer, params IReadOnlyList<TestDevice> recipients) => OrderIn(new GrantPlace.Direct(Authority.Anchor.Hash, User, peer), recipients);

    public GrantOrder OrderIn(GrantPlace place, params IReadOnlyList<TestDevice> recipients) =>
        new(Identity, IdentityKey, [Authority.Issuing], place, [.. recipients.Select(static device => device.AsRecipient)], Authority.TreeHead, null);

    public GrantOutcome Open(StartedSession grant) => Open(grant.Payload, SliceOf(grant));

    public GrantOutcome Open(byte[] payload, GrantSlice slice) => Grants.Open(payload, slice, Keys, Reader);

    public GrantSlice SliceOf(StartedSession grant) => grant.Slices.Single(slice => slice.Device == Device).Slice;
}
