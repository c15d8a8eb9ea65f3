using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Validation;

namespace TalkyWalky.Pki.Tests;

public sealed class CertificatePathsTests
{
    private static readonly TestCa Root = new("CN=Root"), Middle = new("CN=Middle");
    private static readonly byte[] RootDer = Root.SelfSigned(), MiddleDer = Root.Certify(Middle);

    [Fact]
    public void Verify_PathOverAnIntermediate_ComesOutInOrder()
    {
        var leaf = Middle.Server();

        var path = Assert.IsType<PathVerification.Verified>(Verify(leaf, [RootDer, MiddleDer])).Path;

        Assert.Equal([leaf, MiddleDer, RootDer], path.Select(static one => one.ToArray()));
    }

    [Fact]
    public void Verify_LongestPath_IsVerifiedAndOneMoreIsNot()
    {
        var authorities = Enumerable.Range(1, PathBuilder.MaxLength - 1).Select(static i => new TestCa($"CN=CA {i}")).Prepend(Root).ToList();
        var chain = authorities.Zip(authorities.Skip(1), static (above, below) => above.Certify(below)).ToList();

        Assert.IsType<PathVerification.Verified>(Verify(authorities[^2].Server(), chain));
        AssertRefused(PathFailure.UntrustedRoot, Verify(authorities[^1].Server(), chain));
    }

    [Fact]
    public void Verify_CrossCertificates_FindsTheOneGoodPath()
    {
        var other = new TestCa("CN=Other root");
        byte[][] chain =
        [
            Root.Certify(Middle, static d => d.NotAfter = TestCa.Now.AddHours(-1)),
            other.Certify(Middle),
            Root.Certify(other, static d => d.Set(new X509KeyUsageExtension(X509KeyUsageFlags.CrlSign, true))),
            Root.Certify(Middle, static d => d.Set(TestCa.Purposes(Oids.ClientAuth))),
            MiddleDer,
        ];

        Assert.IsType<PathVerification.Verified>(Verify(Middle.Server(), chain, PathUse.Server));
        AssertRefused(PathFailure.Expired, Verify(Middle.Server(), chain[..^1], PathUse.Server));
    }

    [Fact]
    public void Verify_TwoKeysOfOneName_TriesBoth()
    {
        var renewed = new TestCa("CN=Middle");

        Assert.IsType<PathVerification.Verified>(Verify(Middle.Server(), [Root.Certify(renewed), MiddleDer]));
        AssertRefused(PathFailure.BadSignature, Verify(Middle.Server(), [Root.Certify(renewed)]));
    }

    [Fact]
    public void Verify_CirclesAndCrowdsOfOneName_EndWithinTheBound()
    {
        var (one, two) = (new TestCa("CN=One"), new TestCa("CN=Two"));
        AssertRefused(PathFailure.UntrustedRoot, Verify(one.Server(), [one.Certify(two), two.Certify(one), one.SelfSigned(), two.SelfSigned()]));

        var crowd = Enumerable.Range(0, PathBuilder.MaxSignatures).Select(static _ => Root.Certify(new TestCa("CN=Middle"))).ToList();
        Assert.IsType<PathVerification.Refused>(Verify(Middle.Server(), [.. crowd, MiddleDer]));
        Assert.IsType<PathVerification.Verified>(Verify(Middle.Server(), [.. crowd[..^2], MiddleDer]));
    }

    [Fact]
    public void Verify_TrustedIntermediate_EndsThePath()
    {
        AssertRefused(PathFailure.UntrustedRoot, CertificatePaths.Verify(Middle.Server(), [], [RootDer], PathUse.Server, null, TestCa.Now));
        Assert.IsType<PathVerification.Verified>(CertificatePaths.Verify(Middle.Server(), [], [MiddleDer], PathUse.Server, null, TestCa.Now));
    }

    [Fact]
    public void Verify_RenamedIssuer_IsUntrusted() => AssertRefused(PathFailure.UntrustedRoot, Verify(new TestCa("CN=Stranger").Server(), [MiddleDer]));

    [Fact]
    public void Verify_LimitsOfTheRootItself_Bind()
    {
        var narrow = Root.SelfSigned(static d => d.Set(new X509BasicConstraintsExtension(true, true, 0, true)));

        AssertRefused(PathFailure.ConstraintViolated, CertificatePaths.Verify(Middle.Server(), [MiddleDer], [narrow], PathUse.Any, null, TestCa.Now));
    }

    [Fact]
    public void Verify_SerialZero_IsTheRootsPrivilege()
    {
        var root = Root.SelfSigned(static d => d.Serial = [0]);

        Assert.IsType<PathVerification.Verified>(CertificatePaths.Verify(Middle.Server(), [MiddleDer], [root], PathUse.Server, null, TestCa.Now));
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(), [Root.Certify(Middle, static d => d.Serial = [0])]));
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Serial = [0]), [MiddleDer]));
    }

    [Theory]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void Verify_OtherCurvesAndHashes_AreAccepted(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var leaf = Middle.Server(d => (d.Key, d.Hash) = (new PublicKey(key), HashAlgorithmName.SHA512));

        Assert.IsType<PathVerification.Verified>(Verify(leaf, [MiddleDer]));
    }

    [Fact]
    public void Verify_UnknownCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName("brainpoolP256r1"));

        AssertRefused(PathFailure.WeakKey, Verify(Middle.Server(d => d.Key = new PublicKey(key)), [MiddleDer]));
    }

    [Fact]
    public void Verify_Sha1_IsRefused()
    {
        var leaf = Convert.ToHexString(TestPki.Good.Identity()).Replace("06092A864886F70D01010B", "06092A864886F70D010105", StringComparison.Ordinal); // sha1WithRSAEncryption

        AssertRefused(
            PathFailure.WrongProfile,
            CertificatePaths.Verify(Convert.FromHexString(leaf), TestPki.Good.Candidates, [TestPki.Good.Root], PathUse.Any, host: null, TestPki.Now));
    }

    [Fact]
    public void Verify_LeafWithRightsOfACa_IsRefused()
    {
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Set(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true))), [MiddleDer]));
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Extensions.Add(new NameConstraints("example.org", "Example").Encode())), [MiddleDer]));
        AssertRefused(PathFailure.WrongProfile, Verify(MiddleDer, [], PathUse.Server));
    }

    [Fact]
    public void Verify_NoSubject_NeedsCriticalNames()
    {
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Subject = new X500DistinguishedName("")), [MiddleDer]));
        Assert.IsType<PathVerification.Verified>(
            Verify(Middle.Server(static d => d.Flip(Oids.SubjectAlternativeName).Subject = new X500DistinguishedName("")), [MiddleDer]));
    }

    [Theory]
    [InlineData(true, "192.0.2.0", "192.0.2.7", true)]
    [InlineData(true, "192.0.2.0", "198.51.100.7", false)]
    [InlineData(false, "192.0.2.0", "198.51.100.7", true)]
    [InlineData(false, "192.0.2.0", "192.0.2.7", false)]
    public void Verify_ConstrainedAddresses_BindTheLeaf(bool permitted, string network, string address, bool allowed)
    {
        byte[] subtree = [.. IPAddress.Parse(network).GetAddressBytes(), 255, 255, 255, 0];
        var issuing = Root.Certify(Middle, d => d.Extensions.Add(Constraints(permitted, subtree)));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));

        var result = Verify(Middle.Server(d => d.Set(names.Build())), [issuing], PathUse.Server);

        if (allowed) Assert.IsType<PathVerification.Verified>(result);
        else AssertRefused(PathFailure.ConstraintViolated, result);
    }

    [Theory]
    [InlineData("*.example.org", "a.example.org", true)]
    [InlineData("*.example.org", "A.EXAMPLE.org", true)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("*.example.org", "a.b.example.org", false)]
    [InlineData("*.example.org", ".example.org", false)]
    [InlineData("*.example.org", "127.0.0.1", false)]
    [InlineData("xn--bcher-kva.example", "bücher.example", true)]
    [InlineData("*.com", "example.com", false)]
    [InlineData("a*.example.org", "ab.example.org", false)]
    [InlineData("*", "localhost", false)]
    [InlineData("under_score.example.org", "under_score.example.org", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    public void Verify_ServerName_MatchesByRfc6125(string pattern, string host, bool matches)
    {
        var result = CertificatePaths.Verify(Middle.Server(d => d.Set(TestCa.Hosts(pattern))), [MiddleDer], [RootDer], PathUse.Server, host, TestCa.Now);

        if (matches) Assert.IsType<PathVerification.Verified>(result);
        else AssertRefused(PathFailure.WrongName, result);
    }

    [Fact]
    public void Verify_ServerWithoutItsPurposeOrNames_IsRefused()
    {
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Remove(Oids.ExtendedKeyUsage)), [MiddleDer], PathUse.Server));
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Set(TestCa.Purposes(Oids.ServerAuth, Oids.AnyPurpose))), [MiddleDer], PathUse.Server));
        AssertRefused(PathFailure.WrongProfile, Verify(Middle.Server(static d => d.Set(new X509KeyUsageExtension(X509KeyUsageFlags.NonRepudiation, true))), [MiddleDer], PathUse.Server));
        AssertRefused(PathFailure.WrongName, Verify(Middle.Server(static d => d.Remove(Oids.SubjectAlternativeName)), [MiddleDer], PathUse.Server));
        AssertRefused(PathFailure.WrongName, Verify(Middle.Server(static d => d.Set(Draft.Names("https://www.example.org/"))), [MiddleDer], PathUse.Server));
    }

    [Fact]
    public void Verify_EveryByteChanged_NeverVerifiesAndNeverThrows()
    {
        var leaf = Middle.Server();

        Assert.All(Enumerable.Range(0, leaf.Length), i =>
        {
            var changed = (byte[])leaf.Clone();
            changed[i] ^= 0x20;
            Assert.IsType<PathVerification.Refused>(Verify(changed, [MiddleDer]));
        });
    }

    [Fact]
    public void Verify_EveryByteOfTheRootChanged_NeverThrows()
    {
        var leaf = Root.Server();

        Assert.All(Enumerable.Range(0, RootDer.Length), i =>
        {
            var changed = (byte[])RootDer.Clone();
            changed[i] ^= 0x11;
            CertificatePaths.Verify(leaf, [], [changed], PathUse.Server, "www.example.org", TestCa.Now);
        });
    }

    private static X509Extension Constraints(bool permitted, byte[] addresses)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, permitted ? 0 : 1)))
        using (writer.PushSequence())
            writer.WriteOctetString(addresses, new Asn1Tag(TagClass.ContextSpecific, 7));
        return new X509Extension(Oids.NameConstraints, writer.Encode(), critical: true);
    }

    private static PathVerification Verify(byte[] leaf, IEnumerable<byte[]> chain, PathUse use = PathUse.Any) =>
        CertificatePaths.Verify(leaf, [.. chain.Select(static one => (ReadOnlyMemory<byte>)one)], [RootDer], use, host: null, TestCa.Now);

    private static void AssertRefused(PathFailure expected, PathVerification verification)
    {
        var refused = Assert.IsType<PathVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
    }
}
