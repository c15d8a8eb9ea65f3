using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>What a device signs. For a create, room and previous are not used and epoch is 1.</summary>
public sealed record CommitDraft(ConversationId Room, ulong Epoch, Digest Previous, RoomAction Action, DateTimeOffset Time);

/// <summary>Signs and verifies commits: JWS of type tw-commit over canonical JSON (docs/protocol.md section 4).</summary>
public static class Commits
{
    /// <summary>H("commit/v1", token).</summary>
    public static Digest HashOf(ReadOnlySpan<byte> token)
    {
        using var hash = new FieldHash("commit/v1");
        return hash.Add(token).Finish();
    }

    /// <exception cref="ArgumentException">The draft is outside its bounds.</exception>
    public static Commit Sign(CommitDraft draft, VerifiedDevice identity, RSA key, IReadOnlyList<ReadOnlyMemory<byte>> chain) => throw new NotSupportedException();

    /// <summary>Grammar, bounds, certificate (judged at the commit's own time) and signature; not yet whether the room allows it.</summary>
    /// <param name="candidates">DER issuing certificates known here.</param>
    public static CommitVerification Verify(ReadOnlyMemory<byte> token, TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates) =>
        throw new NotSupportedException();

    /// <summary>Reads a token that was verified before it was stored. Null when it is none.</summary>
    public static Commit? Read(ReadOnlyMemory<byte> token) => throw new NotSupportedException();
}

public abstract record CommitVerification
{
    private CommitVerification() { }

    /// <param name="Signer">The verified identity of the device that signed.</param>
    public sealed record Verified(Commit Commit, VerifiedDevice Signer) : CommitVerification;

    /// <param name="Reason">A sentence.</param>
    public sealed record Refused(LedgerFault Fault, string Reason) : CommitVerification;
}

public enum LedgerFault
{
    Malformed,

    /// <summary>The certificate or the signature is not right: nobody of this organisation made this commit.</summary>
    NotAuthentic,
    WrongRoom,

    /// <summary>Not the epoch after the newest one.</summary>
    WrongEpoch,

    /// <summary>Built on another commit than the newest one known: of two ledgers, one is not the one that everybody sees.</summary>
    Fork,

    /// <summary>The actor may not do this.</summary>
    NotAllowed,

    /// <summary>Dated before its predecessor.</summary>
    WrongTime,
}
