using TalkyWalky.Client.Status;
using TalkyWalky.Pki;

namespace TalkyWalky.Client.Direct;

/// <summary>Status while there may be no server to send newer lists.</summary>
internal static class DirectStatus
{
    /// <summary>Why nothing is exchanged with this device, as sentences; null when its certificate is good.</summary>
    public static string? Refusal(StatusBook status, VerifiedDevice there, TimeProvider time) => status.Of(there, StatusBook.FreshWithoutServer) switch
    {
        CertificateStatus.Good => null,
        CertificateStatus.Revoked { At: var at } => Sentences.Of($"{there.Username}'s certificate was revoked on {Sentences.Day(at, time.LocalTimeZone)}; nothing was sent"),
        CertificateStatus.Unknown unknown => $"{unknown.Why} Direct connections need one of the last three days.",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
