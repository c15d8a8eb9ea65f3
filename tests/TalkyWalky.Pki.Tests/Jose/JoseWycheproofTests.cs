using System.Text;
using System.Text.Json;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests.Jose;

/// <summary>Our JWS parser on the public tokens. None of them carries a <c>typ</c> of ours, so none, valid or not, may pass for any type.</summary>
public sealed class JoseWycheproofTests
{
    [Theory]
    [InlineData("json_web_signature_test.json", 401)]
    [InlineData("json_web_crypto_test.json", 83)]
    [InlineData("json_web_key_test.json", 26)]
    [InlineData("json_web_encryption_test.json", 139)]
    public void TryParse_PublicTokens_AreAllRefused(string file, int count)
    {
        JwsType[] types = [JwsType.Session, JwsType.Grant, JwsType.GrantRequest, JwsType.Message];
        var tokens = Tokens(file, static _ => true);
        Assert.Equal(count, tokens.Count);
        Assert.All(tokens, token => Assert.All(types, type => Assert.Null(Jws.TryParse(type, Encoding.UTF8.GetBytes(token.Text)))));
    }

    [Fact]
    public void TryDecode_TokensWithBase64Faults_TakesExactlyTheCanonicalOnes()
    {
        var tokens = Tokens("json_web_signature_test.json", static group => group.GetProperty("comment").ValueEquals("base64"));
        Assert.Equal(21, tokens.Count);
        var canonical = tokens.Where(static token => token.Text.Split('.').All(static part => StrictBase64Url.TryDecode(Encoding.UTF8.GetBytes(part)) is not null));
        // 367 and 370 are byte for byte token 357, whatever their comments say. 372 and 373, "valid" there, have a question mark in them.
        Assert.Equal([357, 358, 359, 367, 370, 376, 377], canonical.Select(static token => token.Id));
    }

    private static List<(int Id, string Text)> Tokens(string file, Func<JsonElement, bool> select)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Vectors("wycheproof", file)));
        var tokens = new List<(int, string)>();
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray().Where(select))
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                // Some tokens are in the JSON serialisation: objects, which are no compact tokens either.
                var token = test.TryGetProperty("jws", out var jws) ? jws : test.GetProperty("jwe");
                tokens.Add((test.GetProperty("tcId").GetInt32(), token.ValueKind == JsonValueKind.String ? token.GetString()! : token.GetRawText()));
            }
        }

        return tokens;
    }
}
