using TalkyWalky.Wire;

namespace TalkyWalky.Server.Sync;

/// <param name="Username">Null when the directory has no such account any more and the name is not remembered.</param>
internal sealed record Leaver(UserId User, string? Username, LeaverReason Reason);

internal enum LeaverReason
{
    /// <summary>The account is disabled, expired or outside the group.</summary>
    Disabled,

    /// <summary>The directory has no such account since a moment: the sessions end, the devices stay until <see cref="DirectorySync.Grace"/> is over.</summary>
    Missing,

    /// <summary>The directory has no such account.</summary>
    Deleted,
}

/// <summary>What one look at the directory found.</summary>
/// <param name="People">How many have a device.</param>
/// <param name="Leavers">Those among them whose devices end.</param>
/// <param name="Renamed">Those whose username is another one than at the look before.</param>
internal sealed record SyncFindings(int People, IReadOnlyList<Leaver> Leavers, IReadOnlyList<UserId> Renamed);

internal abstract record SyncOutcome(SyncFindings Findings)
{
    /// <summary>Everyone found has been dealt with; there may have been nobody.</summary>
    public sealed record Done(SyncFindings Findings) : SyncOutcome(Findings);

    /// <summary>Looked only.</summary>
    /// <param name="WouldHold">The circuit breaker would let nobody go.</param>
    public sealed record Looked(SyncFindings Findings, bool WouldHold) : SyncOutcome(Findings);

    /// <summary>The circuit breaker let nobody go.</summary>
    public sealed record Held(SyncFindings Findings) : SyncOutcome(Findings);
}
