using System.Text;
using System.Text.Json;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Pki.Tests.Jose;

public sealed class CanonicalJsonTests
{
    public static TheoryData<string> Texts => new()
    {
        "", "hello", "\u0000\u0001\u001f\b\f\n\r\t\"\\/", "é € 漢字 🙂 \u2028 \u2029 \u007f \u0080 \ufeff \uffff", new string('\n', 1000), "</script>&'+",
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void String_AnyText_RoundTripsAndReadsAsJson(string text)
    {
        using var writer = new CanonicalJsonWriter(4);
        var json = writer.String(text).Written.ToArray();
        var reader = new CanonicalJsonReader(json);
        Assert.True(reader.String(10_000, out var read));
        Assert.True(reader.AtEnd);
        Assert.Equal(text, read);
        Assert.Equal(text, JsonSerializer.Deserialize<string>(json));
    }

    [Fact]
    public void String_ControlCharacters_AreWrittenAsRfc8785Does()
    {
        using var writer = new CanonicalJsonWriter();
        Assert.Equal("\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\u007f\"", Encoding.UTF8.GetString(writer.String("\0\u001f\b\t\n\f\r\"\\/\u007f").Written));
    }

    [Fact]
    public void String_LoneSurrogate_Throws()
    {
        using var writer = new CanonicalJsonWriter();
        Assert.Throws<EncoderFallbackException>(() => writer.String("\ud83d"));
    }

    [Theory]
    [InlineData("\"a")]
    [InlineData("a\"")]
    [InlineData("\"\\/\"")]
    [InlineData("\"\\u000A\"")]
    [InlineData("\"\\u000a\"")]
    [InlineData("\"\\u001F\"")]
    [InlineData("\"\\u0041\"")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\x41\"")]
    [InlineData("\"\\u00\"")]
    [InlineData("\"\\")]
    [InlineData("\"\n\"")]
    [InlineData("null")]
    public void String_AnotherSpelling_IsRefused(string json) =>
        Assert.False(new CanonicalJsonReader(Encoding.UTF8.GetBytes(json)).String(100, out _));

    [Theory]
    [InlineData(new byte[] { 0x22, 0xff, 0x22 })]
    [InlineData(new byte[] { 0x22, 0xc0, 0x80, 0x22 })]
    [InlineData(new byte[] { 0x22, 0xed, 0xa0, 0x80, 0x22 })]
    [InlineData(new byte[] { 0x22, 0xf4, 0x90, 0x80, 0x80, 0x22 })]
    public void String_InvalidUtf8_IsRefused(byte[] json) => Assert.False(new CanonicalJsonReader(json).String(100, out _));

    [Fact]
    public void String_OverItsBound_IsRefused()
    {
        Assert.True(new CanonicalJsonReader("\"\\u0000\\u0000\""u8).String(2, out _));
        Assert.False(new CanonicalJsonReader("\"\\u0000\\u0000\""u8).String(1, out _));
        Assert.False(new CanonicalJsonReader("\"abc\""u8).String(2, out _));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("7", 7L)]
    [InlineData("999", 999L)]
    public void Number_InBounds_IsRead(string json, long expected)
    {
        Assert.True(new CanonicalJsonReader(Encoding.UTF8.GetBytes(json)).Number(999, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("1000")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("99999999999999999999999999")]
    public void Number_OutOfBoundsOrSpelledOtherwise_IsRefused(string json) =>
        Assert.False(new CanonicalJsonReader(Encoding.UTF8.GetBytes(json)).Number(999, out _));

    [Fact]
    public void Number_AtTheEdgesOfItsBound_IsExact()
    {
        Assert.True(new CanonicalJsonReader("9223372036854775807"u8).Number(long.MaxValue, out _));
        Assert.False(new CanonicalJsonReader("9223372036854775808"u8).Number(long.MaxValue, out _));
        Assert.True(new CanonicalJsonReader("0"u8).Number(0, out _));
        Assert.False(new CanonicalJsonReader("5"u8).Number(0, out _));
    }

    [Theory]
    [InlineData("""{"a":[1,-2.5e+10,true,false,null,"x\n",{}],"b":[]}""")]
    [InlineData("0.1E-2")]
    [InlineData("\"\"")]
    public void Value_CompactJson_IsKeptWhole(string json)
    {
        var reader = new CanonicalJsonReader(Encoding.UTF8.GetBytes(json));
        Assert.True(reader.Value(out var raw));
        Assert.Equal(json, Encoding.UTF8.GetString(raw));
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("""{"a": 1}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{a:1}""")]
    [InlineData("[1,]")]
    [InlineData("[1")]
    [InlineData("{")]
    [InlineData("tru")]
    [InlineData("1.")]
    [InlineData("-")]
    [InlineData("1e")]
    [InlineData("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]")]
    public void Value_AnythingElse_IsRefused(string json) => Assert.False(new CanonicalJsonReader(Encoding.UTF8.GetBytes(json)).Value(out _));
}
