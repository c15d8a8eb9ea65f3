using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TalkyWalky.Client.Direct;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using static TalkyWalky.Wire.Frames.DirectFrame;

namespace TalkyWalky.Client.Tests.Direct;

/// <summary>A member of the organisation, with a certificate of her own, who wants to be taken for another.</summary>
public sealed class DirectAttackTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Otherwise = "The other device's greeting names somebody else than its certificate.";

    /// <summary>Alice calls mallory, who passes the greeting on to bob to be alice there.</summary>
    [Fact]
    public async Task Interleaved_GreetingPassedOn_IsRefusedByBoth()
    {
        using var people = await PeopleAsync();
        DirectOpening? bobs = null;
        var alices = await Handshakes.CallAsync(people.Alice, people.Mallory.Identity.User, async network =>
        {
            await using var alice = await AnswerAsync(network, people.Mallory.TlsIdentity());
            var greeting = await alice.ReadAsync(CancellationToken.None);
            Assert.Equal(BodyOneofCase.Hello, greeting!.BodyCase);
            bobs = await Handshakes.MeetAsync(people.Bob, async second =>
            {
                await using var bob = await CallAsync(second, people.Mallory.TlsIdentity());
                await bob.SendAsync(greeting, CancellationToken.None);
                await alice.SendAsync((await bob.ReadAsync(CancellationToken.None))!, CancellationToken.None);
            });
        });
        Assert.Equal(Otherwise, Assert.IsType<DirectOpening.Refused>(bobs).Why);
        Assert.IsType<DirectOpening.Refused>(alices);
    }

    /// <summary>Lowe's attack: mallory calls bob as herself, and what he answers her is to pass for the answer to alice, who called mallory.</summary>
    [Fact]
    public async Task Interleaved_AnswerPassedOn_IsRefused()
    {
        using var people = await PeopleAsync();
        var alices = await Handshakes.CallAsync(people.Alice, people.Mallory.Identity.User, async network =>
        {
            await using var alice = await AnswerAsync(network, people.Mallory.TlsIdentity());
            await alice.ReadAsync(CancellationToken.None);
            var bobs = await Handshakes.MeetAsync(people.Bob, async second =>
            {
                await using var bob = await CallAsync(second, people.Mallory.TlsIdentity());
                await bob.SendAsync(new DirectFrame { Hello = Handshakes.Greeting(people.Mallory, people.Bob.Identity.User) }, CancellationToken.None);
                var answer = (await bob.ReadAsync(CancellationToken.None))!;
                Assert.Equal(BodyOneofCase.Hello, answer.BodyCase);
                answer.Hello.ToUser = ByteString.CopyFrom(people.Alice.Identity.User.ToArray()); // nothing but TLS protects it
                await alice.SendAsync(answer, CancellationToken.None);
            });
            await using var opened = Assert.IsType<DirectOpening.Opened>(bobs).Stream;
        });
        Assert.Equal(Otherwise, Assert.IsType<DirectOpening.Refused>(alices).Why);
    }

    [Fact]
    public async Task Answer_MeantForSomebodyElse_IsRefused()
    {
        using var people = await PeopleAsync();
        var why = await AnsweredAsync(people, Handshakes.Greeting(people.Mallory, people.Bob.Identity.User));
        Assert.EndsWith("and the call was for somebody else.", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_AnothersEncryptionCertificate_IsRefused()
    {
        using var people = await PeopleAsync();
        var greeting = Handshakes.Greeting(people.Mallory, people.Alice.Identity.User);
        greeting.EncryptionCertificate = ByteString.CopyFrom(people.Bob.Encryption.Der.Span);
        Assert.Equal("The other device's two certificates are not of one device.", await AnsweredAsync(people, greeting));
    }

    /// <summary>Mallory's own certificate is used as a CA's: it issues her one in bob's name.</summary>
    [Fact]
    public async Task Answer_CertificateThatADeviceIssued_IsRefused()
    {
        using var people = await PeopleAsync();
        using var forged = Forge(people.Mallory, people.Bob.Identity.Der);
        using var hers = X509CertificateLoader.LoadCertificate(people.Mallory.Identity.Der.Span);
        var opening = await Handshakes.CallAsync(people.Alice, people.Bob.Identity.User, async network =>
        {
            try
            {
                await using var alice = await AnswerAsync(network, SslStreamCertificateContext.Create(forged, [hers, .. Load(people.Mallory.Issuing)], offline: true));
                Assert.Null(await alice.ReadAsync(CancellationToken.None));
            }
            catch (Exception refused) when (refused is IOException or AuthenticationException)
            {
                // As it should be.
            }
        });
        Assert.StartsWith("The other device's certificate is not valid", Assert.IsType<DirectOpening.Refused>(opening).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_EncryptionCertificateThatADeviceIssued_IsRefused()
    {
        using var people = await PeopleAsync();
        using var forged = Forge(people.Mallory, people.Mallory.Encryption.Der);
        var greeting = Handshakes.Greeting(people.Mallory, people.Alice.Identity.User);
        greeting.EncryptionCertificate = ByteString.CopyFrom(forged.RawData);
        greeting.IssuingCertificates.Add(ByteString.CopyFrom(people.Mallory.Identity.Der.Span));
        Assert.StartsWith("The other device's encryption certificate is not valid", await AnsweredAsync(people, greeting), StringComparison.Ordinal);
    }

    /// <summary>What alice says to this answer of mallory's, whom she called.</summary>
    private static async Task<string> AnsweredAsync(People people, DirectHello greeting)
    {
        var opening = await Handshakes.CallAsync(people.Alice, people.Mallory.Identity.User, async network =>
        {
            await using var alice = await AnswerAsync(network, people.Mallory.TlsIdentity());
            await alice.ReadAsync(CancellationToken.None);
            await alice.SendAsync(new DirectFrame { Hello = greeting }, CancellationToken.None);
        });
        return Assert.IsType<DirectOpening.Refused>(opening).Why;
    }

    private static async Task<DirectStream> AnswerAsync(System.Net.Sockets.NetworkStream network, SslStreamCertificateContext certificate)
    {
        var tls = Handshakes.Tls(network);
        await tls.AuthenticateAsServerAsync(Handshakes.ServerOptions(certificate));
        return new DirectStream(tls);
    }

    private static async Task<DirectStream> CallAsync(System.Net.Sockets.NetworkStream network, SslStreamCertificateContext certificate)
    {
        var tls = Handshakes.Tls(network);
        await tls.AuthenticateAsClientAsync(Handshakes.Options(certificate));
        return new DirectStream(tls);
    }

    /// <summary>All that stands in a real certificate, signed by a device's key.</summary>
    private static X509Certificate2 Forge(Credentials issuer, ReadOnlyMemory<byte> like)
    {
        using var model = X509CertificateLoader.LoadCertificate(like.Span);
        using var authority = X509CertificateLoader.LoadCertificate(issuer.Identity.Der.Span);
        using var key = issuer.OpenIdentityKey();
        using var own = RSA.Create(3072);
        var request = new CertificateRequest(model.SubjectName, own, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        foreach (var extension in model.Extensions.Where(static one => one is not X509AuthorityKeyIdentifierExtension)) request.CertificateExtensions.Add(extension);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var signed = request.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), new DateTimeOffset(model.NotBefore), new DateTimeOffset(model.NotAfter), RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(own);
    }

    private static X509Certificate2Collection Load(IEnumerable<ReadOnlyMemory<byte>> certificates) => [.. certificates.Select(static der => X509CertificateLoader.LoadCertificate(der.Span))];

    private async Task<People> PeopleAsync()
    {
        var loaded = new List<Credentials>();
        foreach (var name in (string[])["alice", "bob", "mallory"])
        {
            await using var client = await TestClient.RegisterAsync(server.Link, name);
            loaded.Add(await Handshakes.LoadAsync(client));
        }

        return new People(loaded[0], loaded[1], loaded[2]);
    }

    private sealed record People(Credentials Alice, Credentials Bob, Credentials Mallory) : IDisposable
    {
        public void Dispose()
        {
            Alice.Dispose();
            Bob.Dispose();
            Mallory.Dispose();
        }
    }
}
