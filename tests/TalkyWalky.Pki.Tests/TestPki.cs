using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests;

/// <summary>A root and an issuing CA that follow the profiles unless a test bends them.</summary>
internal sealed class TestPki
{
    public const string Domain = "example.org", Organisation = "Example Ltd";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly UserId User = UserId.New();
    public static readonly DeviceId Device = DeviceId.New();

    private static readonly X500DistinguishedName RootName = SubjectName.Encode(Organisation, "Root");
    private static readonly X500DistinguishedName IssuingName = SubjectName.Encode(Organisation, "Issuing");
    private readonly RSA _rootKey = RSA.Create();
    private readonly RSA _issuingKey = KeyPool.Shared.CreateRsa(3072);

    private TestPki(int rootKey, Action<Draft>? bendRoot, Action<Draft>? bendIssuing)
    {
        _rootKey.ImportFromPem(File.ReadAllText(Repository.Vectors("keys", $"rsa4096-{rootKey}.pem")));
        Root = DraftRoot(bendRoot).Sign(RootName, _rootKey);
        Anchor = TrustAnchor.FromRoot(Root);
        Issuing = DraftIssuing(bendIssuing).Sign(RootName, _rootKey);
    }

    public static TestPki Good { get; } = new(1, null, null);

    /// <summary>All the same names, but another root key.</summary>
    public static TestPki Foreign { get; } = new(2, null, null);

    public static TestPki Bent(Action<Draft>? root = null, Action<Draft>? issuing = null) => new(1, root, issuing);

    public byte[] Root { get; }

    public byte[] Issuing { get; }

    public TrustAnchor Anchor { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Candidates => [Issuing];

    public byte[] Identity(Action<Draft>? bend = null) => Leaf(Bend(DraftDevice(KeyUsageOf(DeviceKeyUse.Identity), Oids.ClientAuth, TimeSpan.FromDays(90)), bend));

    public byte[] Encryption(Action<Draft>? bend = null) => Leaf(Bend(DraftDevice(KeyUsageOf(DeviceKeyUse.Encryption), null, TimeSpan.FromDays(30)), bend));

    public byte[] Server(Action<Draft>? bend = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var draft = DraftLeaf("gateway", new PublicKey(key), TimeSpan.FromDays(90));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("chat.example.org");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        draft.Extensions.Add(names.Build());
        draft.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        draft.Extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(Oids.ServerAuth)], critical: false));
        return Leaf(Bend(draft, bend));
    }

    /// <summary>For a key that signs introductions.</summary>
    public byte[] Introducer(ECDsa key, Action<Draft>? bend = null)
    {
        var draft = DraftLeaf("introducer", new PublicKey(key), TimeSpan.FromDays(1));
        draft.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        return Leaf(Bend(draft, bend));
    }

    public byte[] Leaf(Draft draft) => draft.Sign(IssuingName, _issuingKey);

    /// <summary>A certificate directly below the root, or anything else the root's key may sign.</summary>
    public byte[] BelowRoot(Draft draft) => draft.Sign(RootName, _rootKey);

    public static DeviceVerification VerifyIdentity(TestPki pki, byte[] leaf, DateTimeOffset? at = null) =>
        DeviceCertificates.Verify(leaf, pki.Candidates, pki.Anchor, DeviceKeyUse.Identity, at ?? Now);

    public Draft DraftDevice(X509KeyUsageFlags usage, string? purpose, TimeSpan life)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        var draft = DraftLeaf("alice", new PublicKey(key), life);
        draft.Extensions.Add(Draft.Names(DeviceUris.ForUser(Domain, User), DeviceUris.ForDevice(Domain, Device)));
        draft.Extensions.Add(new X509KeyUsageExtension(usage, critical: true));
        if (purpose is not null) draft.Extensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        return draft;
    }

    private Draft DraftLeaf(string name, PublicKey key, TimeSpan life)
    {
        var draft = new Draft { Subject = SubjectName.Encode(Organisation, name), Key = key, NotBefore = Now.AddHours(-1), NotAfter = Now + life };
        draft.Extensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        draft.Extensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        draft.Extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(new PublicKey(_issuingKey), false)));
        return draft;
    }

    private Draft DraftRoot(Action<Draft>? bend)
    {
        var draft = DraftAuthority(RootName, new PublicKey(_rootKey), pathLength: 1, TimeSpan.FromDays(3652));
        return Bend(draft, bend);
    }

    private Draft DraftIssuing(Action<Draft>? bend)
    {
        var draft = DraftAuthority(IssuingName, new PublicKey(_issuingKey), pathLength: 0, TimeSpan.FromDays(1826));
        draft.Extensions.Add(new NameConstraints(Domain, Organisation).Encode());
        draft.Extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(new PublicKey(_rootKey), false)));
        return Bend(draft, bend);
    }

    private static Draft DraftAuthority(X500DistinguishedName name, PublicKey key, int pathLength, TimeSpan life)
    {
        var draft = new Draft { Subject = name, Key = key, NotBefore = Now.AddHours(-1), NotAfter = Now + life };
        draft.Extensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, critical: true));
        draft.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        draft.Extensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        return draft;
    }

    private static X509KeyUsageFlags KeyUsageOf(DeviceKeyUse use) =>
        use == DeviceKeyUse.Identity ? X509KeyUsageFlags.DigitalSignature : X509KeyUsageFlags.KeyEncipherment;

    private static Draft Bend(Draft draft, Action<Draft>? bend)
    {
        bend?.Invoke(draft);
        return draft;
    }
}
