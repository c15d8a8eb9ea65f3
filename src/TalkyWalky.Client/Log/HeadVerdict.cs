using TalkyWalky.Pki.Log;

namespace TalkyWalky.Client.Log;

/// <summary>What a head of the transparency log is worth next to those that this device has seen.</summary>
internal abstract record HeadVerdict
{
    private HeadVerdict() { }

    /// <summary>The smaller tree is the beginning of the larger one.</summary>
    public sealed record Consistent : HeadVerdict;

    /// <summary>Not known now; to be asked again later.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record Passing(string Why) : HeadVerdict;

    /// <summary>Two logs: nothing that came with this head is used.</summary>
    /// <param name="Evidence">Null when what the server answered proves nothing to others.</param>
    public sealed record SplitView(LogEvidence? Evidence) : HeadVerdict;

    /// <summary>A smaller tree than one that was seen before, signed later.</summary>
    public sealed record RolledBack : HeadVerdict;

    /// <summary>No head at all.</summary>
    /// <param name="Why">A part of a sentence.</param>
    public sealed record Refused(string Why) : HeadVerdict;
}
