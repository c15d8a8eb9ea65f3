using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests;

public sealed class DeviceCertificatesTests
{
    private static readonly TestPki Pki = TestPki.Good;

    /// <summary>Each row bends one thing of a good identity certificate.</summary>
    private static readonly Dictionary<string, (Action<Draft> Bend, PathFailure Expected)> BentLeaves = new(StringComparer.Ordinal)
    {
        ["a CA as leaf"] = (d => d.Set(new X509BasicConstraintsExtension(true, true, 0, true)), PathFailure.WrongProfile),
        ["keyCertSign in the leaf"] = (d => d.Set(Usage(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign)), PathFailure.WrongProfile),
        ["no basic constraints"] = (d => d.Remove(Oids.BasicConstraints), PathFailure.WrongProfile),
        ["basic constraints not critical"] = (d => d.Flip(Oids.BasicConstraints), PathFailure.WrongProfile),
        ["no key usage"] = (d => d.Remove(Oids.KeyUsage), PathFailure.WrongProfile),
        ["key usage not critical"] = (d => d.Flip(Oids.KeyUsage), PathFailure.WrongProfile),
        ["key usage of the other key"] = (d => d.Set(Usage(X509KeyUsageFlags.KeyEncipherment)), PathFailure.WrongProfile),
        ["one key usage too many"] = (d => d.Set(Usage(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)), PathFailure.WrongProfile),
        ["no EKU"] = (d => d.Remove(Oids.ExtendedKeyUsage), PathFailure.WrongProfile),
        ["serverAuth"] = (d => d.Set(Purpose(Oids.ServerAuth)), PathFailure.WrongProfile),
        ["two purposes"] = (d => d.Set(Purpose(Oids.ClientAuth, Oids.ServerAuth)), PathFailure.WrongProfile),
        ["any purpose"] = (d => d.Set(Purpose("2.5.29.37.0")), PathFailure.WrongProfile),
        ["no subject key identifier"] = (d => d.Remove(Oids.SubjectKeyIdentifier), PathFailure.WrongProfile),
        ["no authority key identifier"] = (d => d.Remove(Oids.AuthorityKeyIdentifier), PathFailure.WrongProfile),
        ["no alternative names"] = (d => d.Remove(Oids.SubjectAlternativeName), PathFailure.WrongProfile),
        ["alternative names critical"] = (d => d.Flip(Oids.SubjectAlternativeName), PathFailure.WrongProfile),
        ["an unknown critical extension"] = (d => d.Extensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], true)), PathFailure.WrongProfile),
        ["name constraints in a leaf"] = (d => d.Extensions.Add(Loose(new NameConstraints(TestPki.Domain, TestPki.Organisation).Encode())), PathFailure.WrongProfile),
        ["a zero serial"] = (d => d.Serial = [0], PathFailure.WrongProfile),
        ["a serial of 21 bytes"] = (d => d.Serial = [1, .. new byte[20]], PathFailure.WrongProfile),
        ["a life of 92 days"] = (d => d.NotAfter = TestPki.Now.AddDays(92), PathFailure.WrongProfile),
        ["SHA-384"] = (d => d.Hash = HashAlgorithmName.SHA384, PathFailure.WrongProfile),
        ["RSA-1024"] = (d => d.Key = WeakKey(1024, [1, 0, 1]), PathFailure.WeakKey),
        ["RSA-2040"] = (d => d.Key = WeakKey(2040, [1, 0, 1]), PathFailure.WeakKey),
        ["e = 3"] = (d => d.Key = WeakKey(3072, [3]), PathFailure.WeakKey),
        ["a P-256 key"] = (d => d.Key = P256(), PathFailure.WrongProfile),
        ["another domain"] = (d => d.Set(Names("evil.org", "evil.org")), PathFailure.ConstraintViolated),
        ["a domain below ours"] = (d => d.Set(Names("a.example.org", "a.example.org")), PathFailure.ConstraintViolated),
        ["two domains"] = (d => d.Set(Names("example.org", "evil.org")), PathFailure.ConstraintViolated),
        ["only a user"] = (d => d.Set(Draft.Names(User)), PathFailure.WrongName),
        ["only a device"] = (d => d.Set(Draft.Names(Device)), PathFailure.WrongName),
        ["device before user"] = (d => d.Set(Draft.Names(Device, User)), PathFailure.WrongName),
        ["two users"] = (d => d.Set(Draft.Names(User, User)), PathFailure.WrongName),
        ["a third URI"] = (d => d.Set(Draft.Names(User, Device, User)), PathFailure.WrongName),
        ["a DNS name too"] = (d => d.Set(WithDns(User, Device)), PathFailure.WrongName),
        ["upper-case domain"] = (d => d.Set(Names("Example.org", "Example.org")), PathFailure.WrongName),
        ["upper-case UUID"] = (d => d.Set(Draft.Names(User.ToUpperInvariant().Replace("TW://EXAMPLE.ORG/USER", "tw://example.org/user", StringComparison.Ordinal), Device)), PathFailure.WrongName),
        ["a port in the domain"] = (d => d.Set(Names("example.org:1", "example.org:1")), PathFailure.WrongName),
        ["a longer path"] = (d => d.Set(Draft.Names(User, Device + "/x")), PathFailure.WrongName),
        ["another organisation"] = (d => d.Subject = SubjectName.Encode("Evil Ltd", "alice"), PathFailure.ConstraintViolated),
        ["no common name"] = (d => d.Subject = new X500DistinguishedName("O=Example Ltd"), PathFailure.WrongName),
        ["common name first"] = (d => d.Subject = new X500DistinguishedName("O=Example Ltd,CN=alice", X500DistinguishedNameFlags.Reversed), PathFailure.WrongName),
        ["a common name of 65 characters"] = (d => d.Subject = SubjectName.Encode(TestPki.Organisation, new string('a', 65)), PathFailure.WrongName),
        ["a line break in the common name"] = (d => d.Subject = SubjectName.Encode(TestPki.Organisation, "ali\nce"), PathFailure.WrongName),
        ["a right-to-left override in the common name"] = (d => d.Subject = SubjectName.Encode(TestPki.Organisation, "ali\u202ece"), PathFailure.WrongName),
    };

    private static readonly Dictionary<string, (Action<Draft> Bend, PathFailure Expected)> BentIssuing = new(StringComparer.Ordinal)
    {
        ["no name constraints"] = (d => d.Remove(Oids.NameConstraints), PathFailure.WrongProfile),
        ["name constraints not critical"] = (d => d.Flip(Oids.NameConstraints), PathFailure.WrongProfile),
        ["another domain permitted"] = (d => d.Set(new NameConstraints("evil.org", TestPki.Organisation).Encode()), PathFailure.ConstraintViolated),
        ["all below the domain permitted"] = (d => d.Set(new NameConstraints(".example.org", TestPki.Organisation).Encode()), PathFailure.ConstraintViolated),
        ["another organisation permitted"] = (d => d.Set(new NameConstraints(TestPki.Domain, "Evil Ltd").Encode()), PathFailure.ConstraintViolated),
        ["no path length"] = (d => d.Set(new X509BasicConstraintsExtension(true, false, 0, true)), PathFailure.WrongProfile),
        ["path length 1"] = (d => d.Set(new X509BasicConstraintsExtension(true, true, 1, true)), PathFailure.WrongProfile),
        ["not a CA"] = (d => d.Set(new X509BasicConstraintsExtension(false, false, 0, true)), PathFailure.WrongProfile),
        ["basic constraints not critical"] = (d => d.Flip(Oids.BasicConstraints), PathFailure.WrongProfile),
        ["no keyCertSign"] = (d => d.Set(Usage(X509KeyUsageFlags.CrlSign)), PathFailure.WrongProfile),
        ["digitalSignature too"] = (d => d.Set(Usage(X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature)), PathFailure.WrongProfile),
        ["a zero serial"] = (d => d.Serial = [0], PathFailure.WrongProfile),
        ["expired"] = (d => d.NotAfter = TestPki.Now.AddMinutes(-1), PathFailure.Expired),
        ["not yet valid"] = (d => d.NotBefore = TestPki.Now.AddMinutes(1), PathFailure.NotYetValid),
    };

    public static TheoryData<string> Leaves => [.. BentLeaves.Keys];

    public static TheoryData<string> Issuers => [.. BentIssuing.Keys];

    private static string User => DeviceUris.ForUser(TestPki.Domain, TestPki.User);

    private static string Device => DeviceUris.ForDevice(TestPki.Domain, TestPki.Device);

    [Fact]
    public void Verify_GoodIdentity_NamesPersonAndDevice()
    {
        var leaf = Pki.Identity();

        var device = Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(Pki, leaf)).Device;

        Assert.Equal(TestPki.User, device.User);
        Assert.Equal(TestPki.Device, device.Device);
        Assert.Equal("alice", device.Username);
        Assert.Equal(TestPki.Organisation, device.Organisation);
        Assert.Equal(TestPki.Domain, device.Domain);
        Assert.Equal(DeviceKeyUse.Identity, device.Use);
        Assert.Equal(Digest.Sha256(leaf), device.CertificateHash);
        Assert.Equal(TestPki.Now.AddDays(90), device.NotAfter);
        using var key = device.LoadPublicKey();
        Assert.Equal(3072, key.KeySize);
    }

    [Fact]
    public void Verify_GoodEncryptionCertificate_IsVerifiedForThatUseOnly()
    {
        var leaf = Pki.Encryption();

        Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(leaf, Pki.Candidates, Pki.Anchor, DeviceKeyUse.Encryption, TestPki.Now));
        AssertRefused(PathFailure.WrongProfile, TestPki.VerifyIdentity(Pki, leaf));
        AssertRefused(PathFailure.WrongProfile, DeviceCertificates.Verify(Pki.Identity(), Pki.Candidates, Pki.Anchor, DeviceKeyUse.Encryption, TestPki.Now));
    }

    [Theory]
    [MemberData(nameof(Leaves))]
    public void Verify_BentLeaf_IsRefused(string name)
    {
        var (bend, expected) = BentLeaves[name];

        AssertRefused(expected, TestPki.VerifyIdentity(Pki, Pki.Identity(bend)));
    }

    [Theory]
    [MemberData(nameof(Issuers))]
    public void Verify_BentIssuingCertificate_IsRefused(string name)
    {
        var (bend, expected) = BentIssuing[name];
        var pki = TestPki.Bent(issuing: bend);

        AssertRefused(expected, TestPki.VerifyIdentity(pki, pki.Identity()));
    }

    /// <summary>An organisation's own root signs as it does; only what stands below the issuing CA is held to one algorithm.</summary>
    [Fact]
    public void Verify_IssuingCertificateSignedWithSha384_IsAccepted()
    {
        var pki = TestPki.Bent(issuing: static draft => draft.Hash = HashAlgorithmName.SHA384);
        Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(pki, pki.Identity()));
    }

    [Fact]
    public void Verify_UnknownExtensionNotCritical_IsAccepted() =>
        Assert.IsType<DeviceVerification.Verified>(
            TestPki.VerifyIdentity(Pki, Pki.Identity(d => d.Extensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], false)))));

    [Fact]
    public void Verify_AtTheEdgesOfValidity_CountsTheFirstSecondInAndTheLastOut()
    {
        var leaf = Pki.Identity();
        var (first, last) = (TestPki.Now.AddHours(-1), TestPki.Now.AddDays(90));

        Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(Pki, leaf, first));
        Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(Pki, leaf, last.AddSeconds(-1)));
        AssertRefused(PathFailure.NotYetValid, TestPki.VerifyIdentity(Pki, leaf, first.AddSeconds(-1)));
        AssertRefused(PathFailure.Expired, TestPki.VerifyIdentity(Pki, leaf, last));
    }

    [Fact]
    public void Verify_ForeignRoot_IsUntrusted()
    {
        var foreign = TestPki.Foreign;

        AssertRefused(PathFailure.UntrustedRoot, DeviceCertificates.Verify(foreign.Identity(), foreign.Candidates, Pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
        AssertRefused(
            PathFailure.UntrustedRoot,
            DeviceCertificates.Verify(foreign.Identity(), [foreign.Issuing, foreign.Root], Pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
    }

    [Fact]
    public void Verify_NoCandidates_IsUntrusted() =>
        AssertRefused(PathFailure.UntrustedRoot, DeviceCertificates.Verify(Pki.Identity(), [], Pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));

    [Fact]
    public void Verify_LeafDirectlyBelowRoot_IsUntrusted()
    {
        var leaf = Pki.BelowRoot(Pki.DraftDevice(X509KeyUsageFlags.DigitalSignature, Oids.ClientAuth, TimeSpan.FromDays(90)));

        AssertRefused(PathFailure.UntrustedRoot, TestPki.VerifyIdentity(Pki, leaf));
    }

    [Fact]
    public void Verify_RootOrIssuingCertificateAsLeaf_IsRefused()
    {
        Assert.IsType<DeviceVerification.Refused>(TestPki.VerifyIdentity(Pki, Pki.Root));
        Assert.IsType<DeviceVerification.Refused>(TestPki.VerifyIdentity(Pki, Pki.Issuing));
    }

    [Fact]
    public void Verify_IssuedByADevice_IsRefused()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        var device = Pki.Identity(d => d.Key = new PublicKey(key));
        var draft = Pki.DraftDevice(X509KeyUsageFlags.DigitalSignature, Oids.ClientAuth, TimeSpan.FromDays(90));
        draft.Set(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(new PublicKey(key), false)));
        var forged = draft.Sign(SubjectName.Encode(TestPki.Organisation, "alice"), key);

        Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(Pki, device));
        foreach (var candidates in (ReadOnlyMemory<byte>[][])[[device], [device, Pki.Issuing], [Pki.Issuing, device]])
            Assert.IsType<DeviceVerification.Refused>(DeviceCertificates.Verify(forged, candidates, Pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
    }

    [Fact]
    public void Verify_ChangedSignature_IsRefused()
    {
        var leaf = Pki.Identity();
        leaf[^1] ^= 1;

        AssertRefused(PathFailure.BadSignature, TestPki.VerifyIdentity(Pki, leaf));
    }

    [Fact]
    public void Verify_ExpiredRoot_IsRefused()
    {
        var pki = TestPki.Bent(root: d => d.NotAfter = TestPki.Now.AddDays(-1).AddHours(23).AddMinutes(30));

        AssertRefused(PathFailure.Expired, TestPki.VerifyIdentity(pki, pki.Identity()));
    }

    [Fact]
    public void Verify_UselessCandidates_DoNotHarm()
    {
        var foreign = TestPki.Foreign;
        IReadOnlyList<ReadOnlyMemory<byte>> candidates = [new byte[] { 1, 2, 3 }, foreign.Issuing, foreign.Root, Pki.Root, Pki.Issuing];

        Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(Pki.Identity(), candidates, Pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
    }

    [Fact]
    public void Verify_SeventeenthCandidate_IsNotLookedAt()
    {
        var foreign = TestPki.Foreign;
        ReadOnlyMemory<byte>[] candidates = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)foreign.Issuing, 16), Pki.Issuing];

        AssertRefused(PathFailure.UntrustedRoot, DeviceCertificates.Verify(Pki.Identity(), candidates, Pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
    }

    [Fact]
    public void Verify_ManyAtOnceBelowOneAnchor_EachIsJudgedByItself()
    {
        var pki = TestPki.Bent();
        var (good, bad) = (pki.Identity(), pki.Identity());
        bad[^1] ^= 1;

        Parallel.For(0, 64, i =>
        {
            if (i % 4 == 3) AssertRefused(PathFailure.BadSignature, TestPki.VerifyIdentity(pki, bad));
            else Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(pki, good));
        });
    }

    [Fact]
    public void Verify_BelowAnIssuingCaThatIsKnown_JudgesItsTimeAndItsBytesAgain()
    {
        var end = TestPki.Now.AddDays(2);
        var pki = TestPki.Bent(issuing: draft => draft.NotAfter = end);
        var (leaf, issuing) = (pki.Identity(draft => draft.NotAfter = end), pki.Issuing.ToArray());
        for (var i = 0; i < 3; i++) Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(leaf, [issuing], pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));

        AssertRefused(PathFailure.Expired, DeviceCertificates.Verify(leaf, [issuing], pki.Anchor, DeviceKeyUse.Identity, end));
        issuing[^1] ^= 1;
        AssertRefused(PathFailure.BadSignature, DeviceCertificates.Verify(leaf, [issuing], pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
        Assert.IsType<DeviceVerification.Verified>(DeviceCertificates.Verify(leaf, [pki.Issuing], pki.Anchor, DeviceKeyUse.Identity, TestPki.Now));
    }

    [Fact]
    public void Verify_NotOneDerCertificate_IsMalformed()
    {
        var leaf = Pki.Identity();
        using var certificate = X509CertificateLoader.LoadCertificate(leaf);
        byte[][] inputs =
        [
            [], [0x30], leaf[..^1], [.. leaf, 0], new byte[1000], [.. leaf, .. new byte[CertificateProfiles.MaxSize]],
            System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()),
        ];

        Assert.All(inputs, input => AssertRefused(PathFailure.Malformed, TestPki.VerifyIdentity(Pki, input)));
    }

    [Fact]
    public void Verify_EveryByteChanged_NeverVerifiesAndNeverThrows()
    {
        var leaf = Pki.Identity();

        Assert.All(Enumerable.Range(0, leaf.Length), i =>
        {
            var changed = (byte[])leaf.Clone();
            changed[i] ^= 0x20;
            Assert.IsType<DeviceVerification.Refused>(TestPki.VerifyIdentity(Pki, changed));
        });
    }

    private static void AssertRefused(PathFailure expected, DeviceVerification verification)
    {
        var refused = Assert.IsType<DeviceVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
        Assert.NotEmpty(refused.Reason);
    }

    private static X509KeyUsageExtension Usage(X509KeyUsageFlags usage) => new(usage, critical: true);

    private static X509EnhancedKeyUsageExtension Purpose(params string[] oids)
    {
        var purposes = new OidCollection();
        foreach (var oid in oids) purposes.Add(new Oid(oid));
        return new X509EnhancedKeyUsageExtension(purposes, critical: false);
    }

    private static X509Extension Names(string userDomain, string deviceDomain) =>
        Draft.Names(DeviceUris.ForUser(userDomain, TestPki.User), DeviceUris.ForDevice(deviceDomain, TestPki.Device));

    private static X509Extension WithDns(params string[] uris)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var uri in uris) builder.AddUri(new Uri(uri));
        builder.AddDnsName("example.org");
        return builder.Build();
    }

    private static X509Extension Loose(X509Extension extension)
    {
        extension.Critical = false;
        return extension;
    }

    private static PublicKey P256()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new PublicKey(key);
    }

    /// <summary>A public key of the wanted size; nobody needs its private part.</summary>
    private static PublicKey WeakKey(int bits, byte[] exponent)
    {
        var modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(modulus);
            writer.WriteIntegerUnsigned(exponent);
        }

        return new PublicKey(new Oid(Oids.RsaEncryption), new AsnEncodedData([5, 0]), new AsnEncodedData(writer.Encode()));
    }
}
