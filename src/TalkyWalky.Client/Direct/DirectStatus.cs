using TalkyWalky.Client.Status;
using TalkyWalky.Pki;

namespace TalkyWalky.Client.Direct;

/// <summary>Status while there may be no server to send newer lists.</summary>
internal static class DirectStatus
{
    /// <summary>Why nothing is exchanged with this device, as sentences; null when its certificate is good, and one that the authority named where it was asked.</summary>
    public static string? Refusal(StatusBook status, IntroductionDesk introductions, VerifiedDevice there, TimeProvider time) => status.Of(there, StatusBook.FreshWithoutServer) switch
    {
        CertificateStatus.Good => introductions.Refusal(there),
        CertificateStatus.Revoked { At: var at } => Sentences.Of($"{there.Username}'s certificate was revoked on {Sentences.Day(at, time.LocalTimeZone)}; nothing was sent"),
        CertificateStatus.Unknown unknown => $"{unknown.Why} Direct connections need one of the last three days.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Says so, with a blank before it, when what is known of this device is older than it may be where there is a server; else nothing.</summary>
    public static string Age(StatusBook status, IntroductionDesk introductions, DirectPeer peer, TimeProvider time)
    {
        DateTimeOffset?[] known = [status.CheckedAt(peer.Identity), status.CheckedAt(peer.Encryption), introductions.Of(peer.Identity.User)?.Time];
        return known.Min() is { } oldest && time.GetUtcNow() - oldest > StatusBook.Fresh
            ? $" What is known of its certificates is of {Sentences.Moment(oldest, time.LocalTimeZone)}: older than an hour, because there is no server."
            : "";
    }
}
