namespace TalkyWalky.Crypto;

/// <summary>What happens at a device right now: told to those who are there, never stored.</summary>
public enum SignalKind
{
    Typing = 1,
}

public abstract record SignalOutcome
{
    private SignalOutcome() { }

    public sealed record Opened(SignalKind Kind, DateTimeOffset SentAt) : SignalOutcome;

    /// <summary>Not later than the last one: a repetition, or overtaken.</summary>
    public sealed record Duplicate : SignalOutcome;

    /// <summary>One answer for every cause; <paramref name="Reason"/> is for the local log only.</summary>
    public sealed record Rejected(RejectReason Reason) : SignalOutcome;
}
