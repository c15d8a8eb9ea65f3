using System.Text;
using System.Text.Json;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests.Jose;

/// <summary>Replays vectors/pki/introductions.json, where every token is stored.</summary>
public sealed class IntroductionVectorTests
{
    private static readonly JsonElement File = Load();

    public static TheoryData<string> Names => [.. File.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_StoredToken_EndsAsExpected(string name)
    {
        var test = File.GetProperty("cases").EnumerateArray().Single(c => string.Equals(c.GetProperty("name").GetString(), name, StringComparison.Ordinal));
        var token = Encoding.ASCII.GetBytes(test.GetProperty("token").GetString()!);

        var read = Introduction.TryVerify(token, TrustAnchor.FromRoot(Bytes("root")), [Bytes("issuing")]);

        Assert.Equal(test.GetProperty("expected").GetString(), read is null ? "Refused" : "Verified");
    }

    [Fact]
    public void Vectors_HoldGoodAndBadTokens() => Assert.True(File.GetProperty("cases").GetArrayLength() >= 20);

    private static byte[] Bytes(string name) => Convert.FromBase64String(File.GetProperty(name).GetString()!);

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(Repository.Vectors("pki", "introductions.json")));
        return document.RootElement.Clone();
    }
}
