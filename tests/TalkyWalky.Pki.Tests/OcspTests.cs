using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Pki.Tests;

public sealed class OcspTests
{
    private static readonly DateTimeOffset Now = TestCa.Now;
    private static readonly BigInteger Serial = 4711;
    private static readonly byte[] Nonce = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];
    private static readonly TestCa Ca = new("CN=CA,O=Example"), Responder = new("CN=OCSP,O=Example");
    private static readonly byte[] CaDer = Ca.SelfSigned(), ResponderDer = Ca.Responder(Responder);

    private static readonly Dictionary<string, (Action<Draft> Bend, StatusFailure Expected)> BentResponders = new(StringComparer.Ordinal)
    {
        ["no OCSPSigning"] = (static d => d.Set(TestCa.Purposes(Oids.ServerAuth)), StatusFailure.NotAllowed),
        ["any purpose"] = (static d => d.Set(TestCa.Purposes(Oids.AnyPurpose)), StatusFailure.NotAllowed),
        ["no ocsp-nocheck"] = (static d => d.Remove(Oids.OcspNoCheck), StatusFailure.NotAllowed),
        ["no digitalSignature"] = (static d => d.Set(new X509KeyUsageExtension(X509KeyUsageFlags.NonRepudiation, true)), StatusFailure.NotAllowed),
        ["expired"] = (static d => d.NotAfter = TestCa.Now, StatusFailure.NotAllowed),
        ["an unknown critical extension"] = (static d => d.Extensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], true)), StatusFailure.NotAllowed),
    };

    public static TheoryData<string> Bent => [.. BentResponders.Keys];

    [Theory]
    [InlineData(OcspHash.Sha1, true)]
    [InlineData(OcspHash.Sha1, false)]
    [InlineData(OcspHash.Sha256, true)]
    public void Request_Encoded_IsReadAgain(OcspHash hash, bool hasNonce)
    {
        var request = OcspRequest.TryParse(OcspRequest.Encode(OcspCertificateId.For(CaDer, Serial, hash), hasNonce ? Nonce : null))!;

        var one = Assert.Single(request.Certificates);
        Assert.Equal((Serial, hash), (one.Serial, one.Hash));
        Assert.True(one.IsOf(CaDer));
        Assert.False(one.IsOf(new TestCa("CN=CA,O=Example").SelfSigned()));
        Assert.Equal(hasNonce ? Nonce : null, request.Nonce);
    }

    [Fact]
    public void Request_NoneOrTooLargeOrWithAHugeNonce_IsRefused()
    {
        var id = OcspCertificateId.For(CaDer, Serial, OcspHash.Sha1);
        byte[][] inputs = [[], [0x30, 0], CaDer, new byte[OcspRequest.MaxSize + 1], OcspRequest.Encode(id, new byte[129]), [.. OcspRequest.Encode(id, null), 0]];

        Assert.All(inputs, static input => Assert.Null(OcspRequest.TryParse(input)));
    }

    [Fact]
    public void Request_RandomDamage_NeverThrows()
    {
        var good = OcspRequest.Encode(OcspCertificateId.For(CaDer, Serial, OcspHash.Sha256), Nonce);
        var read = 0;
        Damage.Run(seed: 2, rounds: 5_000, good, damaged => read += OcspRequest.TryParse(damaged) is null ? 0 : 1);
        Assert.InRange(read, 1, 4_999); // a changed serial number is a request, too
    }

    [Fact]
    public void Verify_OfTheCa_SaysWhatItSaid()
    {
        foreach (var status in (OcspStatus[])[new OcspStatus.Good(), new OcspStatus.Unknown(), new OcspStatus.Revoked(Now.AddDays(-2), X509RevocationReason.KeyCompromise), new OcspStatus.Revoked(Now, X509RevocationReason.Unspecified)])
            Assert.Equal(new OcspVerification.Answered(status, Now, Now.AddMinutes(10)), Verify(OfCa(Single(status))));
    }

    [Fact]
    public void Verify_OfADelegate_IsAnswered() => Assert.IsType<OcspVerification.Answered>(Verify(OfResponder(ResponderDer)));

    [Theory]
    [MemberData(nameof(Bent))]
    public void Verify_OfAnotherDelegate_IsRefused(string name)
    {
        var (bend, expected) = BentResponders[name];

        AssertRefused(expected, Verify(OfResponder(Ca.Responder(Responder, bend))));
    }

    [Fact]
    public void Verify_DelegateOfAnotherCa_IsRefused()
    {
        AssertRefused(StatusFailure.NotAllowed, Verify(OfResponder(new TestCa("CN=Other").Responder(Responder))));
        AssertRefused(StatusFailure.NotAllowed, Verify(OfResponder(new TestCa("CN=CA,O=Example").Responder(Responder))));
        AssertRefused(StatusFailure.WrongIssuer, Verify(OcspResponses.Build(ResponderDer, attach: false, [Single()], Now, Nonce, X509SignatureGenerator.CreateForECDsa(Responder.Key))));
        AssertRefused(StatusFailure.BadSignature, Verify(OcspResponses.Build(ResponderDer, attach: true, [Single()], Now, Nonce, X509SignatureGenerator.CreateForECDsa(Ca.Key))));
        AssertRefused(StatusFailure.BadSignature, Verify(OcspResponses.Build(CaDer, attach: false, [Single()], Now, Nonce, X509SignatureGenerator.CreateForECDsa(Responder.Key))));
    }

    [Fact]
    public void Verify_Nonce_MustBeTheRequests()
    {
        AssertRefused(StatusFailure.WrongAnswer, OcspResponses.Verify(OfCa(Single()), CaDer, Serial, new byte[32], Now));
        AssertRefused(StatusFailure.WrongAnswer, Verify(OcspResponses.Build(CaDer, attach: false, [Single()], Now, nonce: null, X509SignatureGenerator.CreateForECDsa(Ca.Key))));
        Assert.IsType<OcspVerification.Answered>(OcspResponses.Verify(OfCa(Single()), CaDer, Serial, nonce: null, Now));
    }

    [Fact]
    public void Verify_OneOfManySingles_IsTheOneAskedFor()
    {
        var other = new OcspSingle(OcspCertificateId.For(CaDer, 1, OcspHash.Sha256), new OcspStatus.Good(), Now, null);
        var ours = Single(new OcspStatus.Revoked(Now, X509RevocationReason.Superseded));
        var stranger = new OcspSingle(OcspCertificateId.For(ResponderDer, Serial, OcspHash.Sha1), new OcspStatus.Good(), Now, null);

        var answer = Assert.IsType<OcspVerification.Answered>(Verify(OfCa(other, ours, stranger)));

        Assert.Equal(ours.Status, answer.Status);
        AssertRefused(StatusFailure.WrongAnswer, Verify(OfCa(other, stranger)));
        AssertRefused(StatusFailure.WrongAnswer, Verify(OfCa(ours, Single())));
    }

    [Fact]
    public void Verify_Time_CountsTheLastSecondOut()
    {
        var response = OfCa(Single());

        Assert.IsType<OcspVerification.Answered>(OcspResponses.Verify(response, CaDer, Serial, Nonce, Now.AddMinutes(10).AddSeconds(-1)));
        AssertRefused(StatusFailure.Expired, OcspResponses.Verify(response, CaDer, Serial, Nonce, Now.AddMinutes(10)));
        Assert.IsType<OcspVerification.Answered>(OcspResponses.Verify(response, CaDer, Serial, Nonce, Now.AddMinutes(-5)));
        AssertRefused(StatusFailure.NotYetValid, OcspResponses.Verify(response, CaDer, Serial, Nonce, Now.AddMinutes(-5).AddSeconds(-1)));
    }

    [Fact]
    public void Verify_NoNextUpdate_CountsForAnHour()
    {
        var response = OfCa(Single() with { NextUpdate = null });

        Assert.IsType<OcspVerification.Answered>(OcspResponses.Verify(response, CaDer, Serial, Nonce, Now.AddHours(1).AddSeconds(-1)));
        AssertRefused(StatusFailure.Expired, OcspResponses.Verify(response, CaDer, Serial, Nonce, Now.AddHours(1)));
    }

    [Theory]
    [InlineData(OcspResponseStatus.TryLater)]
    [InlineData(OcspResponseStatus.Unauthorized)]
    [InlineData(OcspResponseStatus.MalformedRequest)]
    public void Verify_Error_IsNoStatus(OcspResponseStatus status) => AssertRefused(StatusFailure.Missing, Verify(OcspResponses.Error(status)));

    [Fact]
    public void Verify_NoResponseOrTooLarge_IsMalformed()
    {
        var good = OfCa(Single());
        byte[][] inputs = [[], [0x30, 0], CaDer, good[..^1], [.. good, 0], new byte[OcspResponses.MaxSize + 1]];

        Assert.All(inputs, static input => AssertRefused(StatusFailure.Malformed, Verify(input)));
    }

    [Fact]
    public void Verify_EveryByteChanged_NeverAnswersSomethingElse()
    {
        var good = OcspResponses.Build(CaDer, attach: false, [Single()], Now, Nonce, X509SignatureGenerator.CreateForECDsa(Ca.Key));

        Assert.All(Enumerable.Range(0, good.Length), i =>
        {
            foreach (var flip in (byte[])[0x01, 0x20, 0xff])
            {
                var changed = (byte[])good.Clone();
                changed[i] ^= flip;
                Assert.IsType<OcspVerification.Refused>(Verify(changed));
            }
        });
    }

    [Fact]
    public void Verify_RandomDamage_NeverAnswersSomethingElse() => Damage.Run(seed: 3, rounds: 2_000, OfResponder(ResponderDer), static damaged => Assert.IsType<OcspVerification.Refused>(Verify(damaged)));

    private static OcspSingle Single(OcspStatus? status = null) => new(OcspCertificateId.For(CaDer, Serial, OcspHash.Sha1), status ?? new OcspStatus.Good(), Now, Now.AddMinutes(10));

    private static byte[] OfCa(params OcspSingle[] singles) => OcspResponses.Build(CaDer, attach: false, singles, Now, Nonce, X509SignatureGenerator.CreateForECDsa(Ca.Key));

    private static byte[] OfResponder(byte[] certificate) =>
        OcspResponses.Build(certificate, attach: true, [Single()], Now, Nonce, X509SignatureGenerator.CreateForECDsa(Responder.Key));

    private static OcspVerification Verify(byte[] response) => OcspResponses.Verify(response, CaDer, Serial, Nonce, Now);

    private static void AssertRefused(StatusFailure expected, OcspVerification verification)
    {
        var refused = Assert.IsType<OcspVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
    }
}
