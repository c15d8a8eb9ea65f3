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
    private const string Encryption = "/.well-known/est/encryption/simpleenroll";

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

    /// <summary>Who has another's key, or a copy of a request of theirs, gets no device with it, and the other's goes on.</summary>
    [Fact]
    public async Task Enrol_IdentityKeyOfAnother_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var key = alice.GetRSAPrivateKey()!;
        await authority.Service.AddAccountAsync(new NewAccount("mallory", LiveAuthority.Password, "Mallory", null), CancellationToken.None);

        using var answer = await authority.EnrolIdentityAsync("mallory", LiveAuthority.Password, LiveAuthority.Request(key));

        await RefusedAsync(answer);
        var mallory = (await authority.Engines.Directory.FindAsync("mallory", CancellationToken.None))!;
        Assert.Empty(await authority.Engines.Store.DevicesOfAsync(mallory.User, CancellationToken.None));
        using var again = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));
        var device = authority.Verify(alice.RawData, DeviceKeyUse.Identity).Device;
        Assert.Equal(device, authority.Verify(await LiveAuthority.CertificateAsync(again), DeviceKeyUse.Identity).Device);
        await authority.Service.RevokeDeviceAsync(device, X509RevocationReason.KeyCompromise, LiveAuthority.Administrator, CancellationToken.None);
        using var afterwards = await authority.EnrolIdentityAsync("mallory", LiveAuthority.Password, LiveAuthority.Request(key));
        await RefusedAsync(afterwards);
    }

    [Fact]
    public async Task EnrolEncryption_KeyOfAnotherDevice_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var tablet = await authority.JoinMoreAsync("alice");
        using var mallory = await authority.JoinAsync("mallory");
        using var first = KeyPool.Shared.CreateRsa(3072);
        using var newest = KeyPool.Shared.CreateRsa(3072);
        foreach (var own in new[] { first, newest })
        {
            using var issued = await authority.WithCertificateAsync(alice, Encryption, LiveAuthority.Request(own));
            Assert.Equal(HttpStatusCode.OK, issued.StatusCode);
        }

        using var identity = alice.GetRSAPrivateKey()!;
        foreach (var key in new[] { identity, first, newest })
        {
            foreach (var other in new[] { tablet, mallory })
            {
                using var answer = await authority.WithCertificateAsync(other, Encryption, LiveAuthority.Request(key));
                await RefusedAsync(answer);
            }
        }
    }

    [Fact]
    public async Task Enrol_EncryptionKeyAsIdentity_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        await authority.Service.AddAccountAsync(new NewAccount("mallory", LiveAuthority.Password, "Mallory", null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var issued = await authority.WithCertificateAsync(alice, Encryption, LiveAuthority.Request(key));
        Assert.Equal(HttpStatusCode.OK, issued.StatusCode);

        foreach (var user in new[] { "alice", "mallory" })
        {
            using var answer = await authority.EnrolIdentityAsync(user, LiveAuthority.Password, LiveAuthority.Request(key));
            await RefusedAsync(answer);
        }
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

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("this key belongs to another device or account; make a new key", await RegistrationTests.DetailAsync(answer), StringComparison.Ordinal);
    }
}
