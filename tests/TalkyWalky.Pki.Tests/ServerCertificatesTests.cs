using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

public sealed class ServerCertificatesTests
{
    private static readonly TestPki Pki = TestPki.Good;
    private static readonly byte[] Leaf = Pki.Server();

    [Theory]
    [InlineData("chat.example.org")]
    [InlineData("CHAT.example.ORG")]
    [InlineData("127.0.0.1")]
    public void Verify_NamedHost_IsVerified(string host) => Assert.IsType<ServerVerification.Verified>(Verify(Leaf, host));

    [Theory]
    [InlineData("")]
    [InlineData("example.org")]
    [InlineData("chat.example.org.")]
    [InlineData("a.chat.example.org")]
    [InlineData("127.0.0.2")]
    [InlineData("::1")]
    [InlineData("gateway")]
    [InlineData("chat.example.org\0.evil.org")]
    public void Verify_OtherHost_IsRefused(string host) => AssertRefused(PathFailure.WrongName, Verify(Leaf, host));

    [Fact]
    public void Verify_Wildcard_IsNotHonoured()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.example.org");

        AssertRefused(PathFailure.WrongName, Verify(Pki.Server(d => d.Set(names.Build())), "chat.example.org"));
    }

    [Fact]
    public void Verify_DeviceCertificate_IsNoGateway()
    {
        AssertRefused(PathFailure.WrongProfile, Verify(Pki.Identity(), "chat.example.org"));
        AssertRefused(PathFailure.WrongProfile, TestPki.VerifyIdentity(Pki, Leaf) is DeviceVerification.Refused r ? new ServerVerification.Refused(r.Failure, r.Reason) : new ServerVerification.Verified());
    }

    [Fact]
    public void Verify_RsaKey_IsRefused()
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        AssertRefused(PathFailure.WrongProfile, Verify(Pki.Server(d => d.Key = new PublicKey(key)), "chat.example.org"));
    }

    [Fact]
    public void Verify_OtherCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        AssertRefused(PathFailure.WrongProfile, Verify(Pki.Server(d => d.Key = new PublicKey(key)), "chat.example.org"));
    }

    [Fact]
    public void Verify_ForeignRoot_IsUntrusted()
    {
        var foreign = TestPki.Foreign;
        AssertRefused(PathFailure.UntrustedRoot, ServerCertificates.Verify(foreign.Server(), foreign.Candidates, Pki.Anchor, "chat.example.org", TestPki.Now));
    }

    [Fact]
    public void Verify_ClientAuthOrUriName_IsRefused()
    {
        AssertRefused(PathFailure.WrongProfile, Verify(Pki.Server(d => d.Set(new X509EnhancedKeyUsageExtension([new Oid(Oids.ClientAuth)], false))), "chat.example.org"));
        AssertRefused(PathFailure.WrongName, Verify(Pki.Server(d => d.Set(Draft.Names("tw://example.org/x"))), "chat.example.org"));
    }

    private static ServerVerification Verify(byte[] leaf, string host) => ServerCertificates.Verify(leaf, Pki.Candidates, Pki.Anchor, host, TestPki.Now);

    private static void AssertRefused(PathFailure expected, ServerVerification verification)
    {
        var refused = Assert.IsType<ServerVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
    }
}
