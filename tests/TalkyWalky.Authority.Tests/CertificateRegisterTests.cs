using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;

namespace TalkyWalky.Authority.Tests;

/// <summary>Revocation by serial number.</summary>
public sealed class CertificateRegisterTests
{
    private const string Encryption = "/.well-known/est/encryption/simpleenroll";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(CertificateKind.Identity)]
    [InlineData(CertificateKind.Encryption)]
    public async Task Revoke_CurrentCertificateOfADevice_EndsIt(CertificateKind kind)
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var encryption = await EnrolEncryptionAsync(authority, alice);

        var done = await RevokeAsync(authority, kind == CertificateKind.Identity ? SerialOf(alice) : encryption);

        Assert.True(done.EndedDevice);
        Assert.Equal([done.Certificate.Device!.Value], authority.Told.Ended);
        Assert.Equal(DeviceState.Revoked, (await authority.Engines.Store.FindDeviceAsync(done.Certificate.Device.Value, None))!.State);
        foreach (var serial in (string[])[SerialOf(alice), encryption])
            Assert.Equal((authority.Time.GetUtcNow(), X509RevocationReason.KeyCompromise), await StateAsync(authority, serial));
    }

    [Fact]
    public async Task Revoke_EncryptionCertificateThatWasReplaced_LeavesTheDevice()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var old = await EnrolEncryptionAsync(authority, alice);
        var current = await EnrolEncryptionAsync(authority, alice);

        var done = await RevokeAsync(authority, old);

        Assert.False(done.EndedDevice);
        Assert.Empty(authority.Told.Ended);
        Assert.Equal(X509RevocationReason.KeyCompromise, done.Certificate.RevocationReason);
        Assert.Equal((null, null), await StateAsync(authority, current));
        Assert.Equal((null, null), await StateAsync(authority, SerialOf(alice)));
    }

    [Fact]
    public async Task Revoke_TwiceOrUnknown_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        await RevokeAsync(authority, SerialOf(alice));

        await RefusedAsync(authority, SerialOf(alice), "already");
        await RefusedAsync(authority, new string('0', 32), "there is no certificate");
    }

    private static async Task RefusedAsync(LiveAuthority authority, string serial, string why) => Assert.Contains(
        why, Assert.IsType<CertificateChange.Refused>(await authority.Service.RevokeCertificateAsync(serial, X509RevocationReason.Unspecified, LiveAuthority.Administrator, None)).Why, StringComparison.Ordinal);

    private static async Task<CertificateChange.Done> RevokeAsync(LiveAuthority authority, string serial) =>
        Assert.IsType<CertificateChange.Done>(await authority.Service.RevokeCertificateAsync(serial, X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, None));

    private static async Task<(DateTimeOffset?, X509RevocationReason?)> StateAsync(LiveAuthority authority, string serial) =>
        await authority.Service.FindCertificateAsync(serial, None) is { } found ? (found.RevokedAt, found.RevocationReason) : throw new InvalidOperationException("not stored");

    private static async Task<string> EnrolEncryptionAsync(LiveAuthority authority, X509Certificate2 identity)
    {
        using var key = TalkyWalky.Testing.KeyPool.Shared.CreateRsa(3072);
        using var answer = await authority.WithCertificateAsync(identity, Encryption, LiveAuthority.Request(key));
        using var certificate = X509CertificateLoader.LoadCertificate(await LiveAuthority.CertificateAsync(answer));
        return SerialOf(certificate);
    }

    private static string SerialOf(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.SerialNumberBytes.Span).TrimStart('0').PadLeft(32, '0');
}
