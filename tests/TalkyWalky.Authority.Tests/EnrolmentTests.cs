using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TalkyWalky.Engines;
using TalkyWalky.Pki;
using TalkyWalky.Testing;

namespace TalkyWalky.Authority.Tests;

public sealed class EnrolmentTests
{
    private const string Reenrol = "/.well-known/est/identity/simplereenroll", Encryption = "/.well-known/est/encryption/simpleenroll",
        EncryptionAgain = "/.well-known/est/encryption/simplereenroll";

    [Fact]
    public async Task CaCerts_Asked_GiveRootAndIssuing()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var client = authority.Client();

        using var answer = await client.GetAsync("/.well-known/est/cacerts");

        Assert.Equal("application/pkcs7-mime; smime-type=certs-only", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("base64", Assert.Single(answer.Headers.GetValues("Content-Transfer-Encoding")));
        var certificates = CertsOnly.TryDecode(Convert.FromBase64String(await answer.Content.ReadAsStringAsync()))!;
        Assert.Contains(certificates, c => TrustAnchor.HashOf(c, authority.Authority.Anchor.Log) == authority.Authority.Anchor.Hash);
        Assert.Equal(2, certificates.Count);
    }

    [Fact]
    public async Task Enrol_WholeLife_ListsTheDevice()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var registered = await authority.RegisterAsync("""{"username":"alice","password":"correct horse"}""");
        using var identityKey = KeyPool.Shared.CreateRsa(3072);
        using var encryptionKey = KeyPool.Shared.CreateRsa(3072);

        using var first = await authority.EnrolIdentityAsync("Alice", "correct horse", LiveAuthority.Request(identityKey));
        var identity = authority.Verify(await LiveAuthority.CertificateAsync(first), DeviceKeyUse.Identity);
        Assert.Equal("alice", identity.Username);
        Assert.False((await authority.Engines.Store.FindDeviceAsync(identity.Device, CancellationToken.None))!.IsListed);
        Assert.Null(await authority.Engines.Broker.UsageAsync(identity.Device, CancellationToken.None));

        using var certificate = X509CertificateLoader.LoadCertificate(identity.Der.Span).CopyWithPrivateKey(identityKey);
        using var second = await authority.WithCertificateAsync(certificate, Encryption, LiveAuthority.Request(encryptionKey));
        var encryption = authority.Verify(await LiveAuthority.CertificateAsync(second), DeviceKeyUse.Encryption);

        Assert.Equal((identity.User, identity.Device, "alice"), (encryption.User, encryption.Device, encryption.Username));
        var record = (await authority.Engines.Store.FindDeviceAsync(identity.Device, CancellationToken.None))!;
        Assert.True(record.IsListed);
        Assert.Equal(authority.Time.GetUtcNow().ToUnixTimeSeconds(), record.LoginAt!.Value.ToUnixTimeSeconds());
        Assert.NotNull(await authority.Engines.Broker.UsageAsync(identity.Device, CancellationToken.None));
    }

    [Fact]
    public async Task EnrolIdentity_AskedAgain_FindsTheSameDevice()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        using var key = identity.GetRSAPrivateKey()!;

        using var again = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));

        Assert.Equal(
            authority.Verify(identity.RawData, DeviceKeyUse.Identity).Device,
            authority.Verify(await LiveAuthority.CertificateAsync(again), DeviceKeyUse.Identity).Device);
    }

    [Fact]
    public async Task EnrolIdentity_SecondDevice_WaitsForApproval()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        using var key = KeyPool.Shared.CreateRsa(3072);

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), answer.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task EnrolIdentity_TooManyDevices_IsForbidden()
    {
        await using var authority = await LiveAuthority.StartAsync(maxDevices: 1);
        using var identity = await authority.JoinAsync("alice");
        using var key = KeyPool.Shared.CreateRsa(3072);

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData(RegistrationPolicy.Invite)]
    [InlineData(RegistrationPolicy.Closed)]
    public async Task EnrolIdentity_AccountFromElsewhere_NeedsAnInvitation(RegistrationPolicy policy)
    {
        await using var authority = await LiveAuthority.StartAsync(policy);
        foreach (var name in (string[])["alice", "bob"])
            await authority.Engines.Directory.AddAsync(new NewAccount(name, LiveAuthority.Password, name, null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var other = KeyPool.Shared.CreateRsa(3072);
        var token = await authority.Service.InviteAsync("bob", TimeSpan.FromDays(1), LiveAuthority.Administrator, CancellationToken.None);

        using var without = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, LiveAuthority.Request(key), token);
        using var with = await authority.EnrolIdentityAsync("bob", LiveAuthority.Password, LiveAuthority.Request(other), token);

        Assert.Equal(HttpStatusCode.Accepted, without.StatusCode);
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    [Fact]
    public async Task EnrolIdentity_AfterRegistrationByInvitation_NeedsNoOther()
    {
        await using var authority = await LiveAuthority.StartAsync(RegistrationPolicy.Invite);
        var token = await authority.Service.InviteAsync(null, TimeSpan.FromDays(1), LiveAuthority.Administrator, CancellationToken.None);
        using var registered = await authority.RegisterAsync($$"""{"username":"alice","password":"correct horse","invite":"{{token}}"}""");
        using var key = KeyPool.Shared.CreateRsa(3072);

        using var answer = await authority.EnrolIdentityAsync("alice", "correct horse", LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task EnrolIdentity_WithoutPassword_IsChallenged()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var key = KeyPool.Shared.CreateRsa(3072);

        using var answer = await authority.WithCertificateAsync(null, "/.well-known/est/identity/simpleenroll", LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Basic realm=\"TalkyWalky\", charset=\"UTF-8\"", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task EnrolIdentity_RequestThatAsksForMore_GetsOnlyItsKeyCertified()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await authority.Service.AddAccountAsync(new NewAccount("alice", LiveAuthority.Password, "Alice", null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        var request = new CertificateRequest("CN=root,O=Evil", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("chat.example.org");
        request.CertificateExtensions.Add(names.Build());
        request.OtherRequestAttributes.Add(new AsnEncodedData("1.2.840.113549.1.9.7", [0x0c, 1, (byte)'x']));

        using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, request.CreateSigningRequest());

        var device = authority.Verify(await LiveAuthority.CertificateAsync(answer), DeviceKeyUse.Identity);
        Assert.Equal(("alice", TestAuthority.Organisation), (device.Username, device.Organisation));
    }

    [Fact]
    public async Task EnrolIdentity_BadRequests_AreRefusedAndAddNoDevice()
    {
        await using var authority = await LiveAuthority.StartAsync();
        await authority.Service.AddAccountAsync(new NewAccount("alice", LiveAuthority.Password, "Alice", null), CancellationToken.None);
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var other = KeyPool.Shared.CreateRsa(3072);
        using var small = RSA.Create(1024);
        using var middle = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var good = LiveAuthority.Request(key);
        var forged = (byte[])good.Clone();
        forged[^1] ^= 1;
        var swapped = new CertificateRequest(new X500DistinguishedName("CN=x"), new PublicKey(other), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSigningRequest(X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1));
        byte[][] requests =
        [
            [], [0x30, 0], RandomNumberGenerator.GetBytes(500), forged, swapped, [.. good, 0], LiveAuthority.Request(small), LiveAuthority.Request(middle),
            new CertificateRequest("CN=x", curve, HashAlgorithmName.SHA256).CreateSigningRequest(),
            new CertificateRequest("CN=x", key, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1).CreateSigningRequest(),
            LiveAuthority.Request(key, $"CN={new string('a', SigningRequest.MaxSize)}"),
        ];

        foreach (var request in requests)
        {
            using var answer = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.NotEmpty(await RegistrationTests.DetailAsync(answer));
        }

        var account = await authority.Engines.Directory.FindAsync("alice", CancellationToken.None);
        Assert.Empty(await authority.Engines.Store.DevicesOfAsync(account!.User, CancellationToken.None));
        using var huge = await authority.EnrolIdentityAsync("alice", LiveAuthority.Password, new byte[100_000]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.StatusCode);
    }

    [Fact]
    public async Task WithCertificate_NoBase64OrOtherType_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        using var client = authority.Client(identity);

        using var type = await client.PostAsync(Encryption, new StringContent("AAAA", Encoding.ASCII, "text/plain"));
        using var text = await client.PostAsync(Encryption, new StringContent("-----BEGIN", Encoding.ASCII, "application/pkcs10"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, type.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, text.StatusCode);
    }

    [Fact]
    public async Task EnrolEncryption_IdentityKey_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        using var key = identity.GetRSAPrivateKey()!;

        using var answer = await authority.WithCertificateAsync(identity, Encryption, LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task EnrolEncryption_SameKeyAgain_GivesTheSameCertificate()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        using var key = KeyPool.Shared.CreateRsa(3072);
        using var next = KeyPool.Shared.CreateRsa(3072);

        using var first = await authority.WithCertificateAsync(identity, Encryption, LiveAuthority.Request(key));
        authority.Time.Advance(TimeSpan.FromDays(7));
        using var repeated = await authority.WithCertificateAsync(identity, EncryptionAgain, LiveAuthority.Request(key));
        using var replaced = await authority.WithCertificateAsync(identity, EncryptionAgain, LiveAuthority.Request(next));

        var certificate = await LiveAuthority.CertificateAsync(first);
        Assert.Equal(certificate, await LiveAuthority.CertificateAsync(repeated));
        Assert.Equal(authority.Time.GetUtcNow().AddDays(30).ToUnixTimeSeconds(), authority.Verify(await LiveAuthority.CertificateAsync(replaced), DeviceKeyUse.Encryption).NotAfter.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task RenewIdentity_SameKey_GivesALaterCertificate()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var identity = await authority.JoinAsync("alice");
        using var key = identity.GetRSAPrivateKey()!;
        using var other = KeyPool.Shared.CreateRsa(3072);
        authority.Time.Advance(TimeSpan.FromDays(60));

        using var renewed = await authority.WithCertificateAsync(identity, Reenrol, LiveAuthority.Request(key));
        using var changed = await authority.WithCertificateAsync(identity, Reenrol, LiveAuthority.Request(other));

        var device = authority.Verify(await LiveAuthority.CertificateAsync(renewed), DeviceKeyUse.Identity);
        Assert.Equal(authority.Time.GetUtcNow().AddDays(90).ToUnixTimeSeconds(), device.NotAfter.ToUnixTimeSeconds());
        Assert.Equal(HttpStatusCode.BadRequest, changed.StatusCode);
    }

    [Fact]
    public async Task WithCertificate_NoneExpiredForeignOrDisabled_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var folder = new TempFolder();
        using var otherAuthority = TestAuthority.Make(folder.Path, at: authority.Time.GetUtcNow(), keys: new OtherKeys(authority.Authority.IssuingCertificate));
        await using var foreign = await LiveAuthority.StartAsync(authority: otherAuthority);
        using var identity = await authority.JoinAsync("alice");
        using var stranger = await foreign.JoinAsync("alice");
        using var key = KeyPool.Shared.CreateRsa(3072);
        var csr = LiveAuthority.Request(key);
        async Task<HttpStatusCode> AskAsync(X509Certificate2? certificate)
        {
            using var answer = await authority.WithCertificateAsync(certificate, Encryption, csr);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(stranger));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(identity));
        var account = (await authority.Engines.Directory.FindAsync("alice", CancellationToken.None))!;
        await authority.Engines.Directory.SetEnabledAsync(account.User, enabled: false, CancellationToken.None);
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(identity));
        await authority.Engines.Directory.SetEnabledAsync(account.User, enabled: true, CancellationToken.None);
        authority.Time.Advance(TimeSpan.FromDays(90));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(identity));
    }

    [Fact]
    public async Task WithCertificate_EncryptionCertificateOrUnknownDevice_IsRefused()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var key = KeyPool.Shared.CreateRsa(3072);
        X509Certificate2 Make(DeviceKeyUse use)
        {
            var token = authority.Authority.Prepare(use, "alice", Wire.UserId.New(), Wire.DeviceId.New(), key, authority.Time.GetUtcNow());
            using var certificate = X509CertificateLoader.LoadCertificate(authority.Authority.Issue(token).Der);
            return certificate.CopyWithPrivateKey(key);
        }

        using var unknown = Make(DeviceKeyUse.Identity);
        using var encryption = Make(DeviceKeyUse.Encryption);
        using var first = await authority.WithCertificateAsync(unknown, Encryption, LiveAuthority.Request(key));
        using var second = await authority.WithCertificateAsync(encryption, Encryption, LiveAuthority.Request(key));

        Assert.Equal(HttpStatusCode.Forbidden, first.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Fact]
    public async Task Login_PasswordAndCertificateOfOnePerson_IsRemembered()
    {
        await using var authority = await LiveAuthority.StartAsync();
        using var alice = await authority.JoinAsync("alice");
        using var bob = await authority.JoinAsync("bob");
        authority.Time.Advance(TimeSpan.FromDays(31));

        using var wrong = await authority.LoginAsync(alice, "alice", "wrong password");
        using var other = await authority.LoginAsync(alice, "bob", LiveAuthority.Password);
        using var without = await authority.LoginAsync(null, "alice", LiveAuthority.Password);
        Assert.All([wrong, other, without], a => Assert.Equal(HttpStatusCode.Unauthorized, a.StatusCode));
        using var right = await authority.LoginAsync(alice, "alice", LiveAuthority.Password);

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        var device = authority.Verify(alice.RawData, DeviceKeyUse.Identity).Device;
        Assert.Equal(authority.Time.GetUtcNow().ToUnixTimeSeconds(), (await authority.Engines.Store.FindDeviceAsync(device, CancellationToken.None))!.LoginAt!.Value.ToUnixTimeSeconds());
    }

    // The pool comes round, and an authority of the same names with the same key would be the same one.
    private sealed class OtherKeys(ReadOnlyMemory<byte> than) : IKeySource
    {
        public RSA CreateRsa(int bits)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(than.Span);
            var taken = certificate.PublicKey.ExportSubjectPublicKeyInfo();
            while (true)
            {
                var key = KeyPool.Shared.CreateRsa(bits);
                if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(taken)) return key;
                key.Dispose();
            }
        }
    }
}
