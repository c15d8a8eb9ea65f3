using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Jose;

public sealed class IntroductionTests : IDisposable
{
    private static readonly DateTimeOffset Now = TestPki.Now;
    private static readonly Digest Nonce = Digest.Sha256("nonce"u8);
    private static readonly UserId Alice = UserId.New();
    private static readonly DeviceId Laptop = DeviceId.New();

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void TryVerify_ByTheAuthority_IsWhatWasSigned()
    {
        var said = About(Digest.Sha256("one"u8), Digest.Sha256("two"u8));
        var read = Verify(Sign(said));
        Assert.NotNull(read);
        Assert.Equal(said.Certificates, read.Certificates);
        Assert.Equal(said, read with { Certificates = said.Certificates });
        Assert.Empty(Verify(Sign(About()))!.Certificates);
    }

    [Fact]
    public void TryVerify_ASignerThatIsNoIntroducer_IsRefused()
    {
        var good = TestPki.Good;
        Assert.NotNull(Verify(Sign(About(), good.Introducer(_key))));
        Assert.Null(Verify(Sign(About(), TestPki.Foreign.Introducer(_key), TestPki.Foreign.Issuing)));
        Assert.Null(Verify(Sign(About(), good.Introducer(_key, static draft => draft.Extensions.Add(TestCa.Purposes(Oids.ServerAuth))))));
        Assert.Null(Verify(Sign(About(), good.Introducer(_key, static draft => draft.Extensions.Add(TestCa.Purposes(Oids.OcspSigning))))));
        Assert.Null(Verify(Sign(About(), good.Introducer(_key, static draft => draft.NotAfter = Now.AddSeconds(-1)))));
        Assert.Null(Verify(Sign(About(), good.Introducer(_key, static draft => draft.NotAfter = Now.AddDays(2)))));
        Assert.Null(Verify(Sign(About(), good.Introducer(_key, static draft => draft.Set(new X509BasicConstraintsExtension(true, true, 0, critical: true))))));
        Assert.Null(Verify(Sign(About(), good.Server())));
        Assert.Null(Verify(Sign(About(), good.Identity())));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Null(Verify(Sign(About(), good.Introducer(other))));
    }

    [Fact]
    public void TryVerify_AnyBitChanged_IsRefused()
    {
        var token = Sign(About(Digest.Sha256("one"u8)));
        for (var at = 0; at < token.Length; at += 7)
        {
            var changed = (byte[])token.Clone();
            changed[at] ^= 1;
            Assert.Null(Verify(changed));
        }
    }

    [Theory]
    [InlineData("\"v\":1", "\"v\":2")]
    [InlineData("\"v\":1,", "\"v\":1, ")]
    [InlineData("\"certificates\":[", "\"certificates\":[\"00\",")]
    [InlineData("],\"time\"", ",],\"time\"")]
    [InlineData("],\"time\"", ",\"0000000000000000000000000000000000000000000000000000000000000000\"],\"time\"")]
    [InlineData("\"username\":\"bob\",", "")]
    [InlineData("\"username\":\"bob\",", "\"username\":\"bob\",\"username\":\"bob\",")]
    [InlineData("1772370000000}", "1772370000001}")]
    [InlineData("1772370000000}", "1772370000000,\"more\":1}")]
    public void TryVerify_AnotherTextSigned_IsRefused(string old, string put)
    {
        var text = Encoding.UTF8.GetString(Jws.TryParse(JwsType.Introduction, Sign(About(Digest.Sha256("one"u8))))!.Payload.Span);
        Assert.Contains(old, text, StringComparison.Ordinal);
        Assert.NotNull(Verify(SignText(text)));
        Assert.Null(Verify(SignText(text.Replace(old, put, StringComparison.Ordinal))));
    }

    [Fact]
    public void TryVerify_TooManyCertificates_IsRefused()
    {
        Digest[] many = [.. Enumerable.Range(0, Introduction.MaxCertificates + 1).Select(static i => Digest.Sha256([(byte)i, (byte)(i >> 8)])).Order()];
        Assert.NotNull(Verify(Sign(About(many[1..]))));
        Assert.Null(Verify(Sign(About(many))));
    }

    [Fact]
    public void Answers_AnotherQuestionOrTime_IsFalse()
    {
        var said = About();
        Assert.True(Is());
        Assert.True(Is(user: TestPki.User));
        Assert.True(Is(username: "BOB"));
        Assert.False(Is(nonce: Digest.Sha256("another"u8)));
        Assert.False(Is(to: TestPki.User));
        Assert.False(Is(device: DeviceId.New()));
        Assert.False(Is(user: UserId.New()));
        Assert.False(Is(username: "carol"));
        Assert.True(Is(after: TimeSpan.FromMinutes(59)));
        Assert.False(Is(after: TimeSpan.FromHours(1)));
        Assert.True(Is(after: -Introduction.Skew));
        Assert.False(Is(after: -Introduction.Skew - TimeSpan.FromSeconds(1)));

        bool Is(Digest? nonce = null, UserId? to = null, DeviceId? device = null, UserId? user = null, string username = "bob", TimeSpan after = default) =>
            said.Answers(nonce ?? Nonce, to ?? Alice, device ?? Laptop, user, username, Now + after);
    }

    [Fact]
    public void Allows_WhatIsNamedOrWasIssuedLater()
    {
        var (named, unnamed) = (Device(0), Device(-2));
        var said = About(named.CertificateHash);
        Assert.True(said.Allows(named));
        Assert.False(said.Allows(unnamed));
        Assert.False(About().Allows(Device(-2)));
        Assert.True(About().Allows(Device(0)));
        Assert.True(About().Allows(Device(60)));
        Assert.False((said with { User = Alice }).Allows(named)); // somebody else's certificate

        // Issued so many seconds after the introduction's time.
        static VerifiedDevice Device(int seconds)
        {
            var leaf = TestPki.Good.Identity(draft =>
            {
                draft.NotBefore = Now.AddSeconds(seconds) - CertificateProfiles.Backdate;
                draft.NotAfter = draft.NotBefore.AddDays(90);
            });
            return Assert.IsType<DeviceVerification.Verified>(TestPki.VerifyIdentity(TestPki.Good, leaf, Now.AddMinutes(2))).Device;
        }
    }

    private static Introduction About(params Digest[] certificates) =>
        new(Nonce, Alice, Laptop, TestPki.User, "bob", [.. certificates.Order()], Now, Now + Introduction.MaxLife);

    private static Introduction? Verify(byte[] token) => Introduction.TryVerify(token, TestPki.Good.Anchor, TestPki.Good.Candidates);

    private byte[] Sign(Introduction said, byte[]? certificate = null, byte[]? issuing = null) =>
        said.Sign(_key, [certificate ?? TestPki.Good.Introducer(_key), issuing ?? TestPki.Good.Issuing]);

    private byte[] SignText(string payload) => Jws.Sign(JwsType.Introduction, _key, Encoding.UTF8.GetBytes(payload), [TestPki.Good.Introducer(_key), TestPki.Good.Issuing]);
}
