using TalkyWalky.Engines;

namespace TalkyWalky.Authority;

internal enum RefusalKind
{
    /// <summary>What was sent breaks a rule.</summary>
    Invalid,

    /// <summary>No proof of who asks, or a wrong one.</summary>
    NotAuthenticated,

    /// <summary>Known, but not allowed.</summary>
    Forbidden,

    /// <summary>There is no such thing for who asks.</summary>
    Unknown,

    /// <summary>The name belongs to someone, or the thing is in another state than the request needs.</summary>
    Taken,

    /// <summary>Too many attempts; nothing was checked.</summary>
    Throttled,
}

/// <param name="Reason">A sentence for the person.</param>
internal sealed record Refusal(RefusalKind Kind, string Reason, TimeSpan? RetryAfter = null)
{
    public static Refusal Throttled(TimeSpan wait) =>
        new(RefusalKind.Throttled, $"too many attempts; wait {Math.Ceiling(wait.TotalSeconds):0} seconds and try again", wait);
}

internal abstract record RegisterOutcome
{
    private RegisterOutcome() { }

    public sealed record Registered(Account Account) : RegisterOutcome;

    public sealed record Refused(Refusal Refusal) : RegisterOutcome;
}

internal abstract record EnrolOutcome
{
    private EnrolOutcome() { }

    /// <param name="Der">The certificate alone.</param>
    public sealed record Issued(byte[] Der) : EnrolOutcome;

    /// <summary>Known now, but someone must approve the device first.</summary>
    public sealed record Pending(TimeSpan RetryAfter) : EnrolOutcome;

    public sealed record Refused(Refusal Refusal) : EnrolOutcome;
}

internal abstract record PasswordOutcome
{
    private PasswordOutcome() { }

    public sealed record Proved(Account Account) : PasswordOutcome;

    public sealed record Refused(Refusal Refusal) : PasswordOutcome;
}
