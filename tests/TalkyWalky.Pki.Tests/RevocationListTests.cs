using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Pki.Tests;

public sealed class RevocationListTests
{
    private static readonly DateTimeOffset Now = TestCa.Now;
    private static readonly TestCa Root = new("CN=Root,O=Example"), Issuing = new("CN=Issuing,O=Example");
    private static readonly byte[] RootDer = Root.SelfSigned(), IssuingDer = Root.Certify(Issuing);
    private static readonly byte[] Leaf = Issuing.Server();

    [Fact]
    public void Build_Entries_AreReadAgain()
    {
        RevokedCertificate[] revoked =
        [
            new(BigInteger.Pow(2, 127) + 1, Now.AddDays(-1), X509RevocationReason.KeyCompromise), new(5, Now.AddHours(-1), X509RevocationReason.Unspecified),
        ];

        var crl = Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(Crl(revoked: revoked), IssuingDer, Now, lastNumber: null)).Crl;

        Assert.Equal((2, new BigInteger(7), Now.AddMinutes(-1), Now.AddHours(1)), (crl.Count, crl.Number, crl.ThisUpdate, crl.NextUpdate));
        Assert.Equal(revoked[0], crl.Find(revoked[0].Serial));
        Assert.Equal(revoked[1], crl.Find(5));
        Assert.Null(crl.Find(6));
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(6, true)]
    [InlineData(8, false)]
    public void Verify_Number_NeverFalls(int last, bool accepted)
    {
        var result = RevocationLists.Verify(Crl(), IssuingDer, Now, last);

        if (accepted) Assert.IsType<CrlVerification.Verified>(result);
        else AssertRefused(StatusFailure.RolledBack, result);
    }

    [Fact]
    public void Verify_Time_CountsTheLastSecondOut()
    {
        Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(Crl(), IssuingDer, Now.AddHours(1).AddSeconds(-1), null));
        AssertRefused(StatusFailure.Expired, RevocationLists.Verify(Crl(), IssuingDer, Now.AddHours(1), null));
        Assert.IsType<CrlVerification.Verified>(RevocationLists.Verify(Crl(), IssuingDer, Now.AddMinutes(-6), null));
        AssertRefused(StatusFailure.NotYetValid, RevocationLists.Verify(Crl(), IssuingDer, Now.AddMinutes(-6).AddSeconds(-1), null));
    }

    [Fact]
    public void Verify_OtherIssuerOrKeyOrUsage_IsRefused()
    {
        AssertRefused(StatusFailure.WrongIssuer, RevocationLists.Verify(Crl(), RootDer, Now, null));
        AssertRefused(StatusFailure.BadSignature, RevocationLists.Verify(Crl(), Root.Certify(new TestCa("CN=Issuing,O=Example")), Now, null));
        var mute = Root.Certify(Issuing, static d => d.Set(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true)));
        AssertRefused(StatusFailure.NotAllowed, RevocationLists.Verify(Crl(), mute, Now, null));
    }

    [Fact]
    public void Verify_NoCrlOrTooLarge_IsMalformed()
    {
        var crl = Crl();
        byte[][] inputs = [[], [0x30], crl[..^1], [.. crl, 0], Leaf, new byte[RevocationLists.MaxSize + 1]];

        Assert.All(inputs, static input => AssertRefused(StatusFailure.Malformed, RevocationLists.Verify(input, IssuingDer, Now, null)));
    }

    [Fact]
    public void Verify_EveryByteChanged_NeverVerifiesAndNeverThrows()
    {
        var crl = Crl(revoked: [new RevokedCertificate(5, Now.AddHours(-1), X509RevocationReason.Superseded)]);

        Assert.All(Enumerable.Range(0, crl.Length), i =>
        {
            foreach (var flip in (byte[])[0x01, 0x20, 0xff])
            {
                var changed = (byte[])crl.Clone();
                changed[i] ^= flip;
                Assert.IsType<CrlVerification.Refused>(RevocationLists.Verify(changed, IssuingDer, Now, null));
            }
        });
    }

    [Fact]
    public void Verify_RandomDamage_NeverVerifiesAndNeverThrows() => Damage.Run(seed: 1, rounds: 2_000, Crl(revoked: [new RevokedCertificate(5, Now, X509RevocationReason.CACompromise)]), static damaged =>
        Assert.IsType<CrlVerification.Refused>(RevocationLists.Verify(damaged, IssuingDer, Now, null)));

    [Fact]
    public void VerifyPath_StatusOfAllBelowTheRoot_IsDemanded()
    {
        Assert.IsType<PathVerification.Verified>(VerifyPath(RootCrl(), Crl()));
        AssertRefused(PathFailure.StatusUnknown, VerifyPath());
        AssertRefused(PathFailure.StatusUnknown, VerifyPath(Crl()));
        AssertRefused(PathFailure.StatusUnknown, VerifyPath(RootCrl()));
        AssertRefused(PathFailure.StatusUnknown, VerifyPath(RootCrl(), Crl(nextUpdate: Now)));
        AssertRefused(PathFailure.Revoked, VerifyPath(RootCrl(), Crl(revoked: [Entry(Leaf)])));
        AssertRefused(PathFailure.Revoked, VerifyPath(RootCrl(Entry(IssuingDer)), Crl()));
    }

    [Fact]
    public void VerifyPath_OneOfTwoCrlsListsIt_IsRevoked()
    {
        var older = Crl(revoked: [Entry(Leaf)]);

        AssertRefused(PathFailure.Revoked, VerifyPath(RootCrl(), Crl(), older));
        AssertRefused(PathFailure.Revoked, VerifyPath(RootCrl(), older, Crl()));
    }

    private static RevokedCertificate Entry(byte[] certificate)
    {
        using var loaded = X509CertificateLoader.LoadCertificate(certificate);
        return new RevokedCertificate(new BigInteger(loaded.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true), Now.AddHours(-1), X509RevocationReason.KeyCompromise);
    }

    private static byte[] Crl(DateTimeOffset? nextUpdate = null, params RevokedCertificate[] revoked) => RevocationLists.Build(
        IssuingDer, 7, Now.AddMinutes(-1), nextUpdate ?? Now.AddHours(1), revoked, X509SignatureGenerator.CreateForECDsa(Issuing.Key));

    private static byte[] RootCrl(params RevokedCertificate[] revoked) => RevocationLists.Build(
        RootDer, 1, Now.AddDays(-1), Now.AddDays(30), revoked, X509SignatureGenerator.CreateForECDsa(Root.Key));

    private static PathVerification VerifyPath(params byte[][] crls) =>
        CertificatePaths.Verify(Leaf, [IssuingDer], [RootDer], PathUse.Server, "www.example.org", Now, [.. crls.Select(static one => (ReadOnlyMemory<byte>)one)]);

    private static void AssertRefused(StatusFailure expected, CrlVerification verification)
    {
        var refused = Assert.IsType<CrlVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
    }

    private static void AssertRefused(PathFailure expected, PathVerification verification)
    {
        var refused = Assert.IsType<PathVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
    }
}
