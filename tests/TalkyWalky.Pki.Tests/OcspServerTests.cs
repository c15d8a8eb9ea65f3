using System.Numerics;
using System.Security.Cryptography;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Pki.Tests;

/// <summary>
/// Our requests to `openssl ocsp -port`, and its answers, over HTTP. It cannot be told to listen on loopback only, so it runs where there is nothing else: in a network of its own.
/// </summary>
public sealed class OcspServerTests : IDisposable
{
    /// <summary>Answers every *.req in a *.der by the responder $1. Its shell is process 1 of a process namespace, so nothing outlives it.</summary>
    private const string Script = """
        ip link set lo up || exit 2
        openssl ocsp -index index.txt -CA ca.pem -rsigner "$1.pem" -rkey "$1.key" -nmin 60 -port 8888 >responder.log 2>&1 &
        responder=$!
        for request in *.req; do
          curl --silent --show-error --fail --noproxy '*' --retry 300 --retry-delay 1 --retry-connrefused -H 'Content-Type: application/ocsp-request' \
            --data-binary "@$request" -o "${request%.req}.der" http://127.0.0.1:8888/ || { cat responder.log; exit 1; }
        done
        kill "$responder"
        """;

    private readonly OcspWorld _world = new();
    private readonly Dictionary<BigInteger, byte[]> _nonces = [];

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("responder", OcspHash.Sha1)]
    [InlineData("responder", OcspHash.Sha256)]
    [InlineData("ca", OcspHash.Sha256)]
    public async Task Verify_OfTheirServer_IsGoodRevokedOrUnknown(string signer, OcspHash hash)
    {
        await AskAsync(signer, hash, OcspWorld.Alice, OcspWorld.Bob, OcspWorld.Nobody);

        Assert.IsType<OcspStatus.Good>(Answered(OcspWorld.Alice).Status);
        Assert.Equal(OcspWorld.BobIsRevoked, Answered(OcspWorld.Bob).Status);
        Assert.IsType<OcspStatus.Unknown>(Answered(OcspWorld.Nobody).Status);
    }

    [Theory]
    [InlineData("a device")]
    [InlineData("another CA's responder")]
    [InlineData("another CA")]
    public async Task Verify_OfAServerWithAnotherSigner_IsRefused(string signer)
    {
        var other = new TestCa("CN=Other,O=Example");
        _world.Write("other", signer switch
        {
            "a device" => _world.Ca.Responder(other, static d =>
            {
                OcspWorld.Current(d);
                d.Set(TestCa.Purposes(Oids.ClientAuth));
            }),
            "another CA's responder" => new TestCa("CN=CA,O=Example").Responder(other, OcspWorld.Current),
            _ => other.SelfSigned(OcspWorld.Current),
        }, other);
        await AskAsync("other", OcspHash.Sha256, OcspWorld.Alice);

        AssertRefused(StatusFailure.NotAllowed, Verify(OcspWorld.Alice));
    }

    [Fact]
    public async Task Verify_OfTheirServerFromItsEndOn_IsExpired()
    {
        await AskAsync("responder", OcspHash.Sha256, OcspWorld.Alice);
        var until = Answered(OcspWorld.Alice).Until;

        Assert.IsType<OcspVerification.Answered>(Verify(OcspWorld.Alice, at: until.AddSeconds(-1)));
        AssertRefused(StatusFailure.Expired, Verify(OcspWorld.Alice, at: until));
        AssertRefused(StatusFailure.Expired, Verify(OcspWorld.Alice, at: until.AddDays(1)));
        AssertRefused(StatusFailure.NotYetValid, Verify(OcspWorld.Alice, at: until.AddDays(-1)));
    }

    [Fact]
    public async Task Verify_OfTheirServerToAnotherRequest_IsRefused()
    {
        await AskAsync("responder", OcspHash.Sha256, OcspWorld.Alice, OcspWorld.Bob);

        AssertRefused(StatusFailure.WrongAnswer, Verify(OcspWorld.Alice, RandomNumberGenerator.GetBytes(32)));
        AssertRefused(StatusFailure.WrongAnswer, OcspResponses.Verify(Response(OcspWorld.Alice), _world.CaDer, OcspWorld.Bob, _nonces[OcspWorld.Alice], Now));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private async Task AskAsync(string signer, OcspHash hash, params BigInteger[] serials)
    {
        foreach (var serial in serials)
        {
            _nonces[serial] = RandomNumberGenerator.GetBytes(32);
            _world.OpenSsl.Write($"{serial}.req", OcspRequest.Encode(OcspCertificateId.For(_world.CaDer, serial, hash), _nonces[serial]));
        }

        var (code, output) = await _world.OpenSsl.TryProgramAsync("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", Script, "sh", signer);
        Assert.True(code == 0, output);
    }

    private byte[] Response(BigInteger serial) => _world.OpenSsl.Read($"{serial}.der");

    private OcspVerification Verify(BigInteger serial, byte[]? nonce = null, DateTimeOffset? at = null) =>
        OcspResponses.Verify(Response(serial), _world.CaDer, serial, nonce ?? _nonces[serial], at ?? Now);

    private OcspVerification.Answered Answered(BigInteger serial)
    {
        var result = Verify(serial);
        return result as OcspVerification.Answered ?? throw new Xunit.Sdk.XunitException($"{result}");
    }

    private static void AssertRefused(StatusFailure expected, OcspVerification verification)
    {
        var refused = Assert.IsType<OcspVerification.Refused>(verification);
        Assert.True(expected == refused.Failure, $"{refused.Failure}: {refused.Reason}");
    }
}
