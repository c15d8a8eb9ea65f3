using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests.Jose;

public sealed class JwsTests : IDisposable
{
    private static readonly ReadOnlyMemory<byte>[] Certificates = [new byte[] { 1, 2, 3, 4 }, new byte[] { 250, 251, 252, 253, 254 }];
    private readonly RSA _rsa = KeyPool.Shared.CreateRsa(3072);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _rsa.Dispose();
        _ecdsa.Dispose();
    }

    [Fact]
    public void Sign_WithRsa_GivesATokenThatVerifies()
    {
        var token = Jws.Sign(JwsType.Grant, _rsa, "hello"u8, Certificates);
        var jws = Jws.TryParse(JwsType.Grant, token)!;
        Assert.True(jws.Verify(_rsa));
        Assert.False(jws.Verify(_ecdsa));
        Assert.Equal("hello"u8.ToArray(), jws.Payload.ToArray());
        Assert.Equal(Certificates.Select(static der => der.ToArray()), jws.X5c.Select(static der => der.ToArray()));
        Assert.Equal("""{"alg":"PS256","typ":"tw-grant","x5c":["AQIDBA==","+vv8/f4="]}""", Header(token));
    }

    [Fact]
    public void Sign_WithEcdsa_GivesATokenThatVerifies()
    {
        var token = Jws.Sign(JwsType.Message, _ecdsa, "hello"u8);
        var jws = Jws.TryParse(JwsType.Message, token)!;
        Assert.True(jws.Verify(_ecdsa));
        Assert.False(jws.Verify(_rsa));
        Assert.Empty(jws.X5c);
        Assert.Equal("""{"alg":"ES256","typ":"tw-body"}""", Header(token));
    }

    [Fact]
    public void Verify_AnotherKey_IsFalse()
    {
        using var other = KeyPool.Shared.CreateRsa(3072);
        Assert.False(Jws.TryParse(JwsType.Grant, Jws.Sign(JwsType.Grant, _rsa, "x"u8, Certificates))!.Verify(other));
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(Jws.TryParse(JwsType.Message, Jws.Sign(JwsType.Message, _ecdsa, "x"u8))!.Verify(curve));
    }

    [Fact]
    public void TryParse_TokenOfAnotherType_IsNull()
    {
        var token = Jws.Sign(JwsType.Grant, _rsa, "hello"u8, Certificates);
        Assert.Null(Jws.TryParse(JwsType.Session, token));
        Assert.Null(Jws.TryParse(JwsType.GrantRequest, token));
        Assert.Null(Jws.TryParse(JwsType.Message, token));
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"tw-body"}""")]
    [InlineData("""{"alg":"HS256","typ":"tw-body"}""")]
    [InlineData("""{"alg":"RS256","typ":"tw-body"}""")]
    [InlineData("""{"alg":"es256","typ":"tw-body"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("""{"typ":"tw-body","alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","typ":"tw-body"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","b64":false}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","zip":"DEF"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","kid":"1"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","jku":"https://example.org"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","x5u":"https://example.org"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","jwk":{"kty":"EC"}}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body","x5c":["AQID"]}""")]
    [InlineData("""{"alg":"ES256", "typ":"tw-body"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw\u002dbody"}""")]
    [InlineData("""{"alg":"ES256","typ":"tw-body"}{}""")]
    public void TryParse_AnotherHeaderThanTheOne_IsNull(string header) => Assert.Null(Jws.TryParse(JwsType.Message, SignedWith(header)));

    [Theory]
    [InlineData("""{"alg":"PS256","typ":"tw-grant"}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":[]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":[""]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":["AQIDBA"]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":["AQIDBB=="]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":["-vv8_f4="]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":["AQ ID"]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":["AQID",]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":["AQID","AQID","AQID","AQID","AQID"]}""")]
    [InlineData("""{"alg":"PS256","typ":"tw-grant","x5c":[1234567]}""")]
    [InlineData("""{"alg":"RS256","typ":"tw-grant","x5c":["AQID"]}""")]
    [InlineData("""{"alg":"PS384","typ":"tw-grant","x5c":["AQID"]}""")]
    public void TryParse_AnotherHeaderWithCertificates_IsNull(string header) =>
        Assert.Null(Jws.TryParse(JwsType.Grant, Token(header, "x"u8, new byte[384])));

    [Fact]
    public void TryParse_RightHeaderByHand_Parses()
    {
        // The two theories above fail for their headers, not for the rest of the token.
        Assert.True(Jws.TryParse(JwsType.Message, SignedWith("""{"alg":"ES256","typ":"tw-body"}"""))!.Verify(_ecdsa));
        Assert.NotNull(Jws.TryParse(JwsType.Grant, Token("""{"alg":"PS256","typ":"tw-grant","x5c":["AQID"]}""", "x"u8, new byte[384])));
    }

    [Fact]
    public void TryParse_ChangedSpelling_IsNull()
    {
        var token = Encoding.ASCII.GetString(Jws.Sign(JwsType.Message, _ecdsa, "hello"u8));
        string[] spellings = [token + "=", token + ".", "." + token, token + "\n", " " + token, token.Replace('.', ' '), token[..^1], token.Replace(".aGVsbG8.", ".aGVsbG9.", StringComparison.Ordinal)];
        Assert.All(spellings, spelling => Assert.Null(Jws.TryParse(JwsType.Message, Encoding.ASCII.GetBytes(spelling))));
    }

    [Fact]
    public void Verify_AnyBitFlipped_IsNeverAccepted()
    {
        var token = Jws.Sign(JwsType.Message, _ecdsa, "hello"u8);
        for (var bit = 0; bit < 8 * token.Length; bit++)
        {
            token[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(true, Jws.TryParse(JwsType.Message, token)?.Verify(_ecdsa));
            token[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TryParse_TooLong_IsNull()
    {
        Assert.Throws<ArgumentException>(() => Jws.Sign(JwsType.Grant, _rsa, new byte[Jws.MaxPs256], Certificates));
        var token = Encoding.ASCII.GetString(Jws.Sign(JwsType.Grant, _rsa, "x"u8, Certificates)).Split('.');
        Assert.Null(Jws.TryParse(JwsType.Grant, Encoding.ASCII.GetBytes($"{token[0]}.{new string('A', Jws.MaxPs256)}.{token[2]}")));
    }

    [Fact]
    public void Sign_WeakRsaKey_Throws()
    {
        using var weak = RSA.Create(1024);
        Assert.Throws<ArgumentException>(() => Jws.Sign(JwsType.Grant, weak, "x"u8, Certificates));
    }

    [Fact]
    public void Sign_AlgorithmOfAnotherType_Throws()
    {
        Assert.Throws<ArgumentException>(() => Jws.Sign(JwsType.Message, _rsa, "x"u8, Certificates));
        Assert.Throws<ArgumentException>(() => Jws.Sign(JwsType.Grant, _ecdsa, "x"u8));
    }

    private byte[] SignedWith(string header)
    {
        var signed = Encode(Encoding.UTF8.GetBytes(header)) + "." + Encode("hello"u8);
        return Encoding.ASCII.GetBytes(signed + "." + Encode(_ecdsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256)));
    }

    private static byte[] Token(string header, ReadOnlySpan<byte> payload, byte[] signature) =>
        Encoding.ASCII.GetBytes($"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(payload)}.{Encode(signature)}");

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static string Header(byte[] token) =>
        Encoding.UTF8.GetString(StrictBase64Url.TryDecode(token.AsSpan(0, token.AsSpan().IndexOf((byte)'.')))!);
}
