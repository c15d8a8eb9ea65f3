using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Testing;

namespace TalkyWalky.Authority.Tests;

/// <summary>Certificate requests of somebody who wants more than a certificate for a key of their own. What is malformed is refused in <see cref="EnrolmentTests"/>.</summary>
public sealed class RequestAttackTests
{
    [Fact]
    public async Task Enrol_NamesOfAnother_GetsOnesOwn()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        var victim = authority.Verify(alice.RawData, DeviceKeyUse.Identity);
        await authority.Service.AddAccountAsync(new NewAccount("mallory", LiveAuthority.Password, "Mallory", null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        var request = new CertificateRequest(alice.SubjectName, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        foreach (var extension in alice.Extensions) request.CertificateExtensions.Add(extension);

        using var answer = await authority.EnrolIdentityAsync("mallory", LiveAuthority.Password, request.CreateSigningRequest());

        var got = authority.Verify(await LiveAuthority.CertificateAsync(answer), DeviceKeyUse.Identity);
        Assert.Equal("mallory", got.Username);
        Assert.NotEqual(victim.User, got.User);
        Assert.NotEqual(victim.Device, got.Device);
    }

    [Fact]
    public async Task Enrol_KeyOfARevokedDevice_StaysOut()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var key = alice.GetRSAPrivateKey()!;
        var device = authority.Verify(alice.RawData, DeviceKeyUse.Identity);
        await authority.Service.RevokeDeviceAsync(device.Device, X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, CancellationToken.None);

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    /// <summary>The base library makes no such key, so OpenSSL does.</summary>
    [Fact]
    public async Task Enrol_PublicExponent3_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await authority.Service.AddAccountAsync(new NewAccount("alice", LiveAuthority.Password, "Alice", null), CancellationToken.None);
        var (key, csr) = (authority.TempFile("weak.key"), authority.TempFile("weak.csr"));
        await Shell.RunAsync("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072", "-pkeyopt", "rsa_keygen_pubexp:3", "-out", key);
        await Shell.RunAsync("openssl", "req", "-new", "-key", key, "-subj", "/CN=x", "-outform", "DER", "-out", csr);

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, await File.ReadAllBytesAsync(csr));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("exponent is not 65537", await RegistrationTests.DetailAsync(answer), StringComparison.Ordinal);
    }

    /// <summary>A good request with bytes after it, or after a part of it.</summary>
    [Fact]
    public async Task Enrol_TrailingBytesInside_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await authority.Service.AddAccountAsync(new NewAccount("alice", LiveAuthority.Password, "Alice", null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        var good = LiveAuthority.Request(key);
        byte[] longer = [.. good, 5, 0]; // a NULL in the outer sequence, whose length (two bytes after 30 82) counts it
        (longer[2], longer[3]) = ((byte)((good.Length - 2) >> 8), (byte)(good.Length - 2));

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, longer);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
