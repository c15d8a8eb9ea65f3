namespace TalkyWalky.Engines;

public enum Verdict
{
    Good,

    /// <summary>It works, but something should be looked at.</summary>
    Warning,

    Bad,

    /// <summary>Not looked at: something before it is bad, or there is no way to see it.</summary>
    Skipped,
}

/// <summary>What one check of a set-up found.</summary>
/// <param name="Check">A word or two: "connect", "TLS".</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Remedy">What to do about it, as a sentence; null when there is nothing to do.</param>
public sealed record Finding(string Check, Verdict Verdict, string Detail, string? Remedy);
