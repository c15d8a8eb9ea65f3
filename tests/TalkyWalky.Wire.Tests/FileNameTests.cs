namespace TalkyWalky.Wire.Tests;

public sealed class FileNameTests
{
    [Theory]
    [InlineData("plan.pdf")]
    [InlineData(".bashrc")]
    [InlineData("...")]
    [InlineData("a b")]
    [InlineData("C: plan?*.txt")]
    [InlineData("漢字 🙂👩‍💻.png")]
    public void Name_OnePartOfAPath_IsAllowed(string name) => Assert.Null(FileName.Problem(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../plan")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData(" plan")]
    [InlineData("plan\u00a0")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    [InlineData("gpj.\u202eexe")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200fb")]
    [InlineData("a\ufeffb")]
    public void Name_ThatIsNone_SaysWhy(string name) => Assert.StartsWith("a file", FileName.Problem(name), StringComparison.Ordinal);

    [Fact]
    public void Name_HalfOfASurrogatePairOrTooLong_SaysWhy()
    {
        Assert.NotNull(FileName.Problem("a\ud800"));
        Assert.Null(FileName.Problem(new string('x', Limits.FileName)));
        Assert.NotNull(FileName.Problem(new string('x', Limits.FileName + 1)));
        Assert.NotNull(FileName.Problem(new string('ä', 128)));
    }

    [Theory]
    [InlineData("image/png", true)]
    [InlineData("application/vnd.oasis.opendocument.text", true)]
    [InlineData("image/svg+xml", true)]
    [InlineData("1/2", true)]
    [InlineData("", false)]
    [InlineData("png", false)]
    [InlineData("/png", false)]
    [InlineData("image/", false)]
    [InlineData("Image/png", false)]
    [InlineData("image/png/x", false)]
    [InlineData("image/.png", false)]
    [InlineData("text/plain; charset=utf-8", false)]
    [InlineData("text/pla\u0456n", false)]
    public void MediaType_ByItsGrammar_IsJudged(string type, bool isOne) => Assert.Equal(isOne, MediaType.IsWellFormed(type));

    [Fact]
    public void MediaType_Lengths_AreBounded()
    {
        var longest = new string('a', Limits.MediaTypeName);
        Assert.True(MediaType.IsWellFormed($"{longest}/{longest}"));
        Assert.False(MediaType.IsWellFormed($"{longest}a/b"));
        Assert.False(MediaType.IsWellFormed($"b/{longest}a"));
    }
}
