using System.Text;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Wire.Tests;

public sealed class DigestTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Repository.Vectors("wire", "hashes.json"))).RootElement;

    public static TheoryData<string> FieldVectors => [.. Vectors.GetProperty("fields").EnumerateArray().Select(static vector => vector.GetProperty("name").GetString()!)];

    [Fact]
    public void Sha256_OfAbc_IsTheStandardsAnswer() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest.Sha256("abc"u8).ToString()); // FIPS 180-4 example

    [Fact]
    public void Digest_WrittenAndRead_IsTheSame()
    {
        var digest = Digest.Sha256("abc"u8);
        Assert.True(Digest.TryRead(digest.ToArray(), out var read));
        Assert.True(Digest.TryParse(digest.ToString(), out var parsed));
        Assert.Equal(digest, read);
        Assert.Equal(digest, parsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag")]
    public void Digest_AnyOtherSpelling_IsRefused(string? text) => Assert.False(Digest.TryParse(text, out _));

    [Fact]
    public void Digests_CompareAsTheirBytes()
    {
        var sorted = Enumerable.Range(0, 50).Select(static i => Digest.Sha256(Encoding.ASCII.GetBytes($"{i}"))).Order().Select(static digest => digest.ToString()).ToArray();
        Assert.Equal(sorted.Order(StringComparer.Ordinal), sorted);
    }

    [Theory]
    [MemberData(nameof(FieldVectors))]
    public void FieldHash_KnownAnswer(string name)
    {
        var vector = Vectors.GetProperty("fields").EnumerateArray().Single(v => v.GetProperty("name").ValueEquals(name));
        using var hash = new FieldHash(vector.GetProperty("label").GetString()!);
        foreach (var field in vector.GetProperty("fields").EnumerateArray()) hash.Add(Convert.FromHexString(field.GetString()!));
        Assert.Equal(vector.GetProperty("hash").GetString(), hash.Finish().ToString());
    }

    [Fact]
    public void FieldHash_TypedFields_AreTheirBytes()
    {
        using var typed = new FieldHash("test/v1");
        using var raw = new FieldHash("test/v1");
        var digest = Digest.Sha256("root"u8);
        Assert.Equal(raw.Add([0, 0, 0, 0, 0, 0, 3, 0xE8]).Add(digest.ToArray()).Add("é"u8).Finish(), typed.Add(1000UL).Add(digest).Add("é").Finish());
    }

    [Fact]
    public void DirectConversation_KnownAnswer_InEitherOrder()
    {
        var vector = Vectors.GetProperty("direct");
        Assert.True(Digest.TryParse(vector.GetProperty("root").GetString(), out var root));
        Assert.True(UserId.TryParse(vector.GetProperty("one").GetString(), out var one));
        Assert.True(UserId.TryParse(vector.GetProperty("other").GetString(), out var other));
        Assert.Equal(vector.GetProperty("conversation").GetString(), ConversationId.Direct(root, one, other).ToString());
        Assert.Equal(ConversationId.Direct(root, one, other), ConversationId.Direct(root, other, one));
    }

    [Fact]
    public void TrustAnchor_KnownAnswer()
    {
        var vector = Vectors.GetProperty("anchor");
        Assert.Equal(vector.GetProperty("hash").GetString(), Pki.TrustAnchor.HashOf(Convert.FromHexString(vector.GetProperty("certificate").GetString()!)).ToString());
    }
}
