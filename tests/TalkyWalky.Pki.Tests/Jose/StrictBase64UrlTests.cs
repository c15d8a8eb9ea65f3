using System.Text;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Pki.Tests.Jose;

public sealed class StrictBase64UrlTests
{
    [Fact]
    public void TryDecode_EveryShortText_IsTheInverseOfEncode()
    {
        // All texts of two characters over a wide alphabet: exactly the 256 that encode one byte pass.
        var accepted = 0;
        for (var first = 0; first < 256; first++)
        {
            for (var second = 0; second < 256; second++)
            {
                byte[] text = [(byte)first, (byte)second];
                if (StrictBase64Url.TryDecode(text) is not { } bytes) continue;
                accepted++;
                var again = new byte[StrictBase64Url.EncodedLength(bytes.Length)];
                StrictBase64Url.Encode(bytes, again);
                Assert.Equal(text, again);
            }
        }

        Assert.Equal(256, accepted);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AA==")]
    [InlineData("AAA=")]
    [InlineData("AB")]
    [InlineData("AAB")]
    [InlineData("A+AA")]
    [InlineData("A/AA")]
    [InlineData("AA AA")]
    [InlineData("AAAA\n")]
    public void TryDecode_NotCanonical_IsNull(string text) => Assert.Null(StrictBase64Url.TryDecode(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void TryDecode_AnotherLengthThanAsked_IsFalse()
    {
        Assert.False(StrictBase64Url.TryDecode("AAAA"u8, new byte[2]));
        Assert.False(StrictBase64Url.TryDecode("AAAA"u8, new byte[4]));
        Assert.True(StrictBase64Url.TryDecode("AAAA"u8, new byte[3]));
    }
}
