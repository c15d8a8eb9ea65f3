namespace TalkyWalky.Engines.Ldap.Flavours;

/// <summary>What an entry says about the account apart from names.</summary>
/// <param name="LockedUntil"><see cref="DateTimeOffset.MaxValue"/> when an administrator must unlock it, or the directory does not say.</param>
internal sealed record Standing(bool IsDisabled, bool IsExpired, bool MustChangePassword, DateTimeOffset PasswordChangedAt, DateTimeOffset? LockedUntil);

/// <summary>What the answer to a bind says.</summary>
internal enum BindVerdict
{
    Right,

    /// <summary>Wrong, or the directory does not say what else.</summary>
    Wrong,
    Disabled,
    Expired,
    MustChangePassword,
    Locked,

    /// <summary>Neither: the server failed.</summary>
    Failed,
}
