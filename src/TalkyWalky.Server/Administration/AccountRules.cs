using TalkyWalky.Wire;

namespace TalkyWalky.Server.Administration;

/// <summary>What an account made by an administrator must satisfy; the same as at registration. Each method answers the error as a sentence, or null.</summary>
internal static class AccountRules
{
    public const int PasswordMin = 8;
    public const int FullNameMax = 100;
    public const int MailMax = 254; // RFC 5321 §4.5.3.1.3 less its angle brackets

    public static string? PasswordError(string password) =>
        password.Length < PasswordMin ? $"a password has at least {PasswordMin} characters; choose a longer one"
        : password.Length > Limits.Password ? $"a password has at most {Limits.Password} characters; choose a shorter one"
        : null;

    public static string? FullNameError(string? fullName) =>
        fullName is not null && (fullName.Length is 0 or > FullNameMax || fullName.Any(char.IsControl))
            ? $"a full name has 1 to {FullNameMax} characters and no control characters"
            : null;

    public static string? MailError(string? mail) =>
        mail is not null && (mail.Length > MailMax || mail.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)) || mail.IndexOf('@', StringComparison.Ordinal) is var at && (at < 1 || at == mail.Length - 1))
            ? $"\"{mail}\" is no mail address; write it as name@example.org"
            : null;
}
