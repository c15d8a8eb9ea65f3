using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Status;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority.Tests;

/// <summary>What is issued on 29 February, and the last seconds of what was issued.</summary>
public sealed class LeapDayTests
{
    private static readonly DateTimeOffset LeapDay = new(2028, 2, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Initialise_OnALeapDay_EndsOnDaysThatThereAre()
    {
        using var folder = new TempFolder();
        using var authority = TestAuthority.Make(folder.Path, at: LeapDay);

        Assert.Equal(new DateTimeOffset(2038, 2, 28, 12, 0, 0, TimeSpan.Zero), authority.Root.NotAfter);
        Assert.Equal(new DateTimeOffset(2033, 2, 28, 12, 0, 0, TimeSpan.Zero), authority.Issuing.NotAfter);
        var identity = Issue(authority, DeviceKeyUse.Identity);
        Assert.Equal((LeapDay.AddHours(-1), new DateTimeOffset(2028, 5, 29, 12, 0, 0, TimeSpan.Zero)), (identity.NotBefore, identity.NotAfter));
        var encryption = Issue(authority, DeviceKeyUse.Encryption);
        Assert.Equal(new DateTimeOffset(2028, 3, 30, 12, 0, 0, TimeSpan.Zero), encryption.NotAfter);

        await File.WriteAllTextAsync(folder.File("leaf.pem"), PemEncoding.WriteString("CERTIFICATE", identity.Der));
        await File.WriteAllBytesAsync(folder.File("list.der"), authority.Newest.SignCrl(1, LeapDay, LeapDay.AddHours(1), [new RevokedCertificate(7, LeapDay, X509RevocationReason.Superseded)]));
        string[] verify =
        [
            "verify", "-x509_strict", "-crl_check", "-CRLfile", folder.File("list.der"), "-CAfile", Path.Combine(folder.File("ca"), "root.pem"),
            "-untrusted", Path.Combine(folder.File("ca"), "issuing.pem"), "-attime", $"{LeapDay.AddMinutes(1).ToUnixTimeSeconds()}", folder.File("leaf.pem"),
        ];
        await Shell.RunAsync("openssl", verify);
    }

    [Theory]
    [InlineData(DeviceKeyUse.Identity)]
    [InlineData(DeviceKeyUse.Encryption)]
    public void Verify_IssuedOnALeapDay_CountsToTheSecond(DeviceKeyUse use)
    {
        using var folder = new TempFolder();
        using var authority = TestAuthority.Make(folder.Path, at: LeapDay);
        var signed = Issue(authority, use);
        DeviceVerification At(DateTimeOffset time) => DeviceCertificates.Verify(signed.Der, [authority.IssuingCertificate], authority.Anchor, use, time);

        Assert.IsType<DeviceVerification.Verified>(At(signed.NotBefore));
        Assert.IsType<DeviceVerification.Verified>(At(signed.NotAfter.AddSeconds(-1)));
        Assert.Equal(PathFailure.Expired, Assert.IsType<DeviceVerification.Refused>(At(signed.NotAfter)).Failure);
        Assert.Equal(PathFailure.NotYetValid, Assert.IsType<DeviceVerification.Refused>(At(signed.NotBefore.AddSeconds(-1))).Failure);
    }

    [Theory]
    [InlineData(-1, HttpStatusCode.OK)]
    [InlineData(0, HttpStatusCode.Unauthorized)]
    public async Task Renew_AtTheEndOfTheIdentity_IsDecidedToTheSecond(int seconds, HttpStatusCode expected)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var key = alice.GetRSAPrivateKey()!;
        authority.Time.Advance(authority.Verify(alice.RawData, DeviceKeyUse.Identity).NotAfter.AddSeconds(seconds) - authority.Time.GetUtcNow());

        using var answer = await authority.WithCertificateAsync(alice, "/.well-known/est/identity/simplereenroll", LiveAuthority.Request(key));

        Assert.Equal(expected, answer.StatusCode);
    }

    private static SignedCertificate Issue(CertificateAuthority authority, DeviceKeyUse use)
    {
        using var key = KeyPool.Shared.CreateRsa(3072);
        return authority.Issue(authority.Prepare(use, "alice", UserId.New(), DeviceId.New(), key, LeapDay));
    }
}
