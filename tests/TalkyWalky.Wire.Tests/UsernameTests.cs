namespace TalkyWalky.Wire.Tests;

public sealed class UsernameTests
{
    [Theory]
    [InlineData("bob", "bob")]
    [InlineData(" Bob ", "bob")]
    [InlineData("a1", "a1")]
    [InlineData("ada.love-lace_1815", "ada.love-lace_1815")]
    [InlineData("12345678901234567890", "12345678901234567890")]
    public void Username_Allowed_IsTrimmedAndLowered(string typed, string expected)
    {
        Assert.True(Username.TryNormalise(typed, out var name, out var error), error);
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData(null, "2 to 20")]
    [InlineData("a", "2 to 20")]
    [InlineData("123456789012345678901", "2 to 20")]
    [InlineData("a b", "letters a to z")]
    [InlineData("émile", "letters a to z")]
    [InlineData("bob,ou=x", "letters a to z")]
    [InlineData("аdа", "letters a to z")]
    [InlineData(".bob", "starts and ends")]
    [InlineData("bob-", "starts and ends")]
    public void Username_NotAllowed_SaysWhy(string? typed, string why)
    {
        Assert.False(Username.TryNormalise(typed, out _, out var error));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }
}
