using TalkyWalky.Engines.Ldap.Connections;

namespace TalkyWalky.Engines.Ldap.Tests;

public sealed class PasswordPolicyTests
{
    // PasswordPolicyResponseValue (draft-behera-ldap-password-policy-10 §6.2).
    [Theory]
    [InlineData("3000", null)]
    [InlineData("3003810100", "PasswordExpired")]
    [InlineData("3003810101", "AccountLocked")]
    [InlineData("3003810102", "ChangeAfterReset")]
    [InlineData("3008a003800105810107", "PasswordTooYoung")]
    [InlineData("3005a003800178", null)]
    [InlineData("300381017f", null)]
    [InlineData("3003810200", null)]
    [InlineData("04", null)]
    [InlineData("", null)]
    public void Error_IsReadFromTheControl(string value, string? error) => Assert.Equal(error, PasswordPolicy.ErrorIn(Convert.FromHexString(value))?.ToString());

    [Fact]
    public void Error_WithoutAControl_IsNone() => Assert.Null(PasswordPolicy.ErrorIn(null));
}
