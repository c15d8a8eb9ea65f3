using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>Starts sending sessions and opens the grants that carry them (docs/protocol.md section 5). Pure: no clock, no I/O.</summary>
public static class Grants
{
    /// <summary>Makes seed, session key and the sealed grant for every recipient device.</summary>
    public static StartedSession Start(GrantOrder order, DateTimeOffset now) => throw new NotSupportedException();

    /// <summary>Opens one device's slice.</summary>
    /// <param name="keys">This device's encryption keys, newest first. Wrong keys cost one unwrap each.</param>
    public static GrantOutcome Open(
        ReadOnlyMemory<byte> payload, GrantSlice slice, IReadOnlyList<EncryptionKey> keys, GrantReader reader) => throw new NotSupportedException();
}

/// <param name="Identity">The sender's own verified identity certificate and, below, its key.</param>
/// <param name="Chain">DER, the issuing certificates that go along as candidates.</param>
/// <param name="Members">The two people of a direct conversation, in any order.</param>
/// <param name="Recipients">Encryption certificates of every device that shall read, the sender's other devices too; at least one.</param>
/// <param name="Previous">The last message of the sender's previous session in this conversation.</param>
public sealed record GrantOrder(
    VerifiedDevice Identity,
    RSA IdentityKey,
    IReadOnlyList<ReadOnlyMemory<byte>> Chain,
    Digest Root,
    (UserId One, UserId Other) Members,
    IReadOnlyList<VerifiedDevice> Recipients,
    SessionEnd? Previous);

/// <summary>The last message of a session: {sid, n, SHA-256 of its JWE}.</summary>
public sealed record SessionEnd(SessionId Session, int N, Digest Hash);

/// <param name="Payload">The part shared by all: a compact JWE whose second part is empty.</param>
/// <param name="Slices">One for each recipient device.</param>
public sealed record StartedSession(SendingSession Session, byte[] Payload, IReadOnlyList<(DeviceId Device, GrantSlice Slice)> Slices);

/// <summary>What one device gets beside the shared payload.</summary>
/// <param name="Path">Audit path from this device's leaf to the recipient root, 32 bytes each (RFC 6962 §2.1.1).</param>
public sealed record GrantSlice(ReadOnlyMemory<byte> EncryptedKey, int LeafIndex, int LeafCount, IReadOnlyList<Digest> Path)
{
    /// <summary>The whole token, as any JOSE library opens it.</summary>
    public byte[] ToCompactJwe(ReadOnlySpan<byte> payload) => throw new NotSupportedException();

    /// <summary>The protobuf form (proto GrantSlice).</summary>
    public byte[] Encode() => throw new NotSupportedException();

    public static GrantSlice? TryDecode(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
}

/// <summary>One private encryption key of this device, and the certificate it belongs to.</summary>
public sealed record EncryptionKey(RSA Key, Digest CertificateHash);

/// <summary>Who is reading, and against what.</summary>
/// <param name="Candidates">DER issuing certificates known here.</param>
/// <param name="At">Validity is judged at this time: first receipt.</param>
public sealed record GrantReader(
    TrustAnchor Anchor, UserId User, DeviceId Device, IReadOnlyCollection<ReadOnlyMemory<byte>> Candidates, DateTimeOffset At);

public abstract record GrantOutcome
{
    private GrantOutcome() { }

    /// <param name="Sender">The verified author device.</param>
    /// <param name="Peer">The other person of the direct conversation, as seen from the reader.</param>
    public sealed record Opened(ReceivingSession Session, VerifiedDevice Sender, UserId Peer, SessionEnd? Previous, DateTimeOffset SentAt) : GrantOutcome;

    /// <summary>One answer for every cause (RFC 7516 §11.5); <paramref name="Reason"/> is for the local log only.</summary>
    public sealed record Rejected(RejectReason Reason) : GrantOutcome;
}

public enum RejectReason
{
    Malformed,
    NotForThisDevice,
    NotAuthentic,
    NotAMember,
    OutOfBounds,
    SenderNotVerified,
}
