using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Pki.Tests;

/// <summary>OCSP with openssl, which asks us and answers us. It uses the clock of the machine, so these certificates do, too.</summary>
public sealed class OcspPeerTests : IDisposable
{
    private static readonly BigInteger Alice = OcspWorld.Alice, Bob = OcspWorld.Bob, Nobody = OcspWorld.Nobody;

    private readonly OcspWorld _world = new();
    private readonly OpenSsl _openssl;
    private readonly byte[] _caDer;

    public OcspPeerTests() => (_openssl, _caDer) = (_world.OpenSsl, _world.CaDer);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("responder", OcspHash.Sha1)]
    [InlineData("responder", OcspHash.Sha256)]
    [InlineData("ca", OcspHash.Sha1)]
    public async Task Verify_ResponseOfOpenssl_IsAnswered(string signer, OcspHash hash)
    {
        Assert.IsType<OcspStatus.Good>((await AskAsync(signer, hash, Alice)).Status);
        Assert.Equal(OcspWorld.BobIsRevoked, (await AskAsync(signer, hash, Bob)).Status);
        Assert.IsType<OcspStatus.Unknown>((await AskAsync(signer, hash, Nobody)).Status);
    }

    [Fact]
    public async Task Encode_RequestOfOurs_IsReadByOpenssl()
    {
        _openssl.Write("ours.req", OcspRequest.Encode(OcspCertificateId.For(_caDer, Alice, OcspHash.Sha256), RandomNumberGenerator.GetBytes(32)));

        var text = await _openssl.RunAsync("ocsp", "-reqin", "ours.req", "-req_text");

        Assert.Contains("Hash Algorithm: sha256", text, StringComparison.Ordinal);
        Assert.Contains("Serial Number: 1234", text, StringComparison.Ordinal);
        Assert.Contains("OCSP Nonce", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "sha1")]
    [InlineData(true, "sha256")]
    [InlineData(false, "sha1")]
    public async Task Build_ResponseOfOurs_IsVerifiedByOpenssl(bool delegated, string hash)
    {
        await _openssl.RunAsync("ocsp", "-issuer", "ca.pem", $"-{hash}", "-cert", "alice.pem", "-reqout", "theirs.req");
        var request = OcspRequest.TryParse(_openssl.Read("theirs.req"))!;
        var asked = Assert.Single(request.Certificates);
        Assert.Equal(Alice, asked.Serial);
        Assert.True(asked.IsOf(_caDer));
        Assert.NotNull(request.Nonce);

        Assert.Contains("alice.pem: good", await AnswerAsync(request, new OcspStatus.Good(), delegated), StringComparison.Ordinal);
        var revoked = await AnswerAsync(request, new OcspStatus.Revoked(TimeProvider.System.GetUtcNow().AddDays(-1), X509RevocationReason.KeyCompromise), delegated);
        Assert.Contains("alice.pem: revoked", revoked, StringComparison.Ordinal);
        Assert.Contains("Reason: keyCompromise", revoked, StringComparison.Ordinal);
        Assert.Contains("alice.pem: unknown", await AnswerAsync(request, new OcspStatus.Unknown(), delegated), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_OfOurs_IsReadByOpenssl()
    {
        _openssl.Write("error.der", OcspResponses.Error(OcspResponseStatus.TryLater));

        Assert.Contains("trylater", (await _openssl.TryAsync("ocsp", "-respin", "error.der", "-noverify")).Output, StringComparison.Ordinal);
    }

    private async Task<OcspVerification.Answered> AskAsync(string signer, OcspHash hash, BigInteger serial)
    {
        var nonce = RandomNumberGenerator.GetBytes(32);
        _openssl.Write("ours.req", OcspRequest.Encode(OcspCertificateId.For(_caDer, serial, hash), nonce));
        await _openssl.RunAsync("ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", $"{signer}.pem", "-rkey", $"{signer}.key", "-reqin", "ours.req", "-respout", "theirs.der", "-nmin", "5");
        var result = OcspResponses.Verify(_openssl.Read("theirs.der"), _caDer, serial, nonce, TimeProvider.System.GetUtcNow());
        return result as OcspVerification.Answered ?? throw new Xunit.Sdk.XunitException($"{result}");
    }

    private async Task<string> AnswerAsync(OcspRequest request, OcspStatus status, bool delegated)
    {
        var now = TimeProvider.System.GetUtcNow();
        var single = new OcspSingle(request.Certificates[0], status, now, now.AddMinutes(10));
        // -cert makes the request ask twice, and would put a nonce of its own over that of the request.
        _openssl.Write("ours.der", delegated
            ? OcspResponses.Build(_world.ResponderDer, attach: true, [single], now, request.Nonce, X509SignatureGenerator.CreateForECDsa(_world.Responder.Key))
            : OcspResponses.Build(_caDer, attach: false, [single], now, request.Nonce, X509SignatureGenerator.CreateForECDsa(_world.Ca.Key)));
        var text = await _openssl.RunAsync("ocsp", "-reqin", "theirs.req", "-no_nonce", "-issuer", "ca.pem", request.Certificates[0].Hash == OcspHash.Sha1 ? "-sha1" : "-sha256", "-cert", "alice.pem", "-respin", "ours.der", "-CAfile", "ca.pem");
        Assert.Contains("Response verify OK", text, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", text, StringComparison.Ordinal); // of a nonce that does not match
        return text;
    }
}
