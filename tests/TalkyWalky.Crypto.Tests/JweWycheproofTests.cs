using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Crypto.Tests;

/// <summary>Our JWE parsers on the public tokens.</summary>
public sealed class JweWycheproofTests
{
    private sealed record Token(int Id, byte[] Text, RSA? Key);

    [Fact]
    public void Parse_PublicTokens_AreNeitherGrantsNorMessages()
    {
        var tokens = Tokens();
        Assert.Equal(139, tokens.Count);
        Assert.All(tokens, static token =>
        {
            Assert.False(GrantJwe.TrySplit(token.Text, out _));
            Assert.Null(ReceivingSession.Peek(token.Text));
        });
    }

    [Fact]
    public void TryOpen_PublicTokensWhateverTheirHeader_OpensOnlyOaep256WithA256Gcm()
    {
        // Behind the header check, too, the one token with our two algorithms opens and no other: RSA1_5 and OAEP with SHA-1 have no code here.
        var opened = new List<int>();
        var tried = 0;
        foreach (var token in Tokens().Where(static token => token.Key is not null))
        {
            tried++;
            if (!CompactJwe.TrySplit(token.Text, GrantJwe.MaxPayload, out var jwe)) continue;
            var encryptedKey = Pki.Jose.StrictBase64Url.TryDecode(jwe.EncryptedKey);
            if (encryptedKey is null || GrantJwe.TryOpen(jwe, encryptedKey, token.Key!) is not { } text) continue;
            Assert.Equal("foo"u8.ToArray(), text);
            opened.Add(token.Id);
        }

        Assert.InRange(tried, 42, 139);
        Assert.Equal([90], opened);
    }

    private static List<Token> Tokens()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Vectors("wycheproof", "json_web_encryption_test.json")));
        var tokens = new List<Token>();
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key = LoadRsa(group.GetProperty("private"));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var jwe = test.GetProperty("jwe");
                var text = jwe.ValueKind == JsonValueKind.String ? jwe.GetString()! : jwe.GetRawText();
                tokens.Add(new Token(test.GetProperty("tcId").GetInt32(), Encoding.UTF8.GetBytes(text), key));
            }
        }

        return tokens;
    }

    private static RSA? LoadRsa(JsonElement jwk)
    {
        if (!jwk.TryGetProperty("kty", out var kind) || !kind.ValueEquals("RSA") || !jwk.TryGetProperty("p", out _)) return null;
        return RSA.Create(new RSAParameters
        {
            Modulus = Part("n"), Exponent = Part("e"), D = Part("d"), P = Part("p"), Q = Part("q"), DP = Part("dp"), DQ = Part("dq"), InverseQ = Part("qi"),
        });

        byte[] Part(string name) => System.Buffers.Text.Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
    }
}
