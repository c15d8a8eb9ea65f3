using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
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

    /// <summary>The people of an action may be in any order. PSS is randomised: signing twice gives two commits, so the bytes are kept before they are sent.</summary>
    /// <param name="chain">DER issuing certificates that go along.</param>
    /// <exception cref="ArgumentException">The draft is outside its bounds; <see cref="RoomState.Refusal"/> would have told.</exception>
    public static Commit Sign(CommitDraft draft, VerifiedDevice identity, RSA key, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        var body = new CommitBody(
            draft.Room, draft.Epoch, draft.Previous, identity.User, identity.Device, ActionCodec.Normalise(draft.Action), draft.Time.ToUnixTimeMilliseconds());
        if (body.Problem() is { } problem) throw new ArgumentException(problem, nameof(draft));
        using var json = new CanonicalJsonWriter(1024);
        body.Write(json);
        return ToCommit(body, Jws.Sign(JwsType.Commit, key, json.Written, [identity.Der, .. chain]));
    }

    /// <summary>Grammar, bounds, certificate (judged at the commit's own time) and signature; not yet whether the room allows it.</summary>
    /// <param name="candidates">DER issuing certificates known here.</param>
    public static CommitVerification Verify(ReadOnlyMemory<byte> token, TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates)
    {
        if (Jws.TryParse(JwsType.Commit, token.Span) is not { } jws || CommitBody.TryRead(jws.Payload.Span) is not { } body)
            return new CommitVerification.Refused(LedgerFault.Malformed, "this is no commit of protocol 1");
        if (jws.TryVerifyDevice(anchor, candidates, DateTimeOffset.FromUnixTimeMilliseconds(body.Time)) is not { } signer)
            return new CommitVerification.Refused(LedgerFault.NotAuthentic, "no device that had a valid certificate at the commit's time signed this");
        if (signer.User != body.Actor || signer.Device != body.Device)
            return new CommitVerification.Refused(LedgerFault.NotAuthentic, "the commit names another person or device than the one that signed it");
        return new CommitVerification.Verified(ToCommit(body, token), signer);
    }

    /// <summary>Reads a token that was verified before it was stored. Null when it is none.</summary>
    public static Commit? Read(ReadOnlyMemory<byte> token) =>
        Jws.TryParse(JwsType.Commit, token.Span) is { } jws && CommitBody.TryRead(jws.Payload.Span) is { } body ? ToCommit(body, token) : null;

    private static Commit ToCommit(CommitBody body, ReadOnlyMemory<byte> token) =>
        new(body.Room, body.Epoch, body.Previous, body.Actor, body.Device, body.Action, DateTimeOffset.FromUnixTimeMilliseconds(body.Time), token);
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

    /// <summary>Dated more than <see cref="RoomState.TimeTolerance"/> before a commit that it follows.</summary>
    WrongTime,
}
