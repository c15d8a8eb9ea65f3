using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The checks between a slice and a session, in their order: who signed, whom it is for, what it commits to.</summary>
internal static class GrantOpening
{
    public static GrantOutcome Open(ReadOnlySpan<byte> payload, GrantSlice slice, IReadOnlyList<EncryptionKey> keys, GrantReader reader)
    {
        if (!slice.IsInBounds || !GrantJwe.TrySplit(payload, out var jwe)) return Rejected(RejectReason.Malformed);
        foreach (var key in keys)
        {
            if (GrantJwe.TryOpen(jwe, slice.EncryptedKey.Span, key.Key) is not { } plaintext) continue;
            var token = Jws.TryParse(JwsType.Grant, plaintext);
            CryptographicOperations.ZeroMemory(plaintext);
            if (token is null) return Rejected(RejectReason.Malformed);
            try
            {
                return Read(token, slice, key, reader);
            }
            finally
            {
                token.Erase();
            }
        }

        return Rejected(RejectReason.NotForThisDevice);
    }

    private static GrantOutcome Read(Jws token, GrantSlice slice, EncryptionKey key, GrantReader reader)
    {
        ReadOnlyMemory<byte>[] candidates = [.. token.X5c.Skip(1), .. reader.Candidates];
        if (DeviceCertificates.Verify(token.X5c[0], candidates, reader.Anchor, DeviceKeyUse.Identity, reader.At) is not DeviceVerification.Verified { Device: var sender })
            return Rejected(RejectReason.SenderNotVerified);
        using (var senderKey = sender.LoadPublicKey())
        {
            if (!token.Verify(senderKey)) return Rejected(RejectReason.NotAuthentic);
        }

        using var body = GrantBody.TryRead(token.Payload.Span);
        if (body is null) return Rejected(RejectReason.Malformed);
        var context = new SessionContext(body.Conversation, body.Epoch, body.Head, sender.CertificateHash);
        return Refusal(body, context, sender, slice, key, reader) is { } reason ? Rejected(reason) : Accept(body, context, sender, slice, reader);
    }

    private static RejectReason? Refusal(GrantBody body, SessionContext context, VerifiedDevice sender, GrantSlice slice, EncryptionKey key, GrantReader reader)
    {
        var place = PlaceOf(body, reader);
        if (place.Conversation != body.Conversation) return RejectReason.NotAuthentic;
        if (place is GrantPlace.Direct direct && (!direct.Has(sender.User) || !direct.Has(reader.User))) return RejectReason.NotAMember;
        if (!P256.IsOnCurve(body.Point)) return RejectReason.Malformed;
        if (KeySchedule.IdOf(body.Seed, context) != body.Session) return RejectReason.NotAuthentic;
        // The author names every reader: whoever re-encrypts these words for another device has no path to this root.
        var leaf = RecipientSet.Leaf(reader.User, reader.Device, key.CertificateHash, slice.ListSeq, slice.ListHash);
        return slice.LeafCount == body.Leaves
            && MerkleProof.VerifyInclusion(body.Root, (ulong)body.Leaves, (ulong)slice.LeafIndex, leaf, slice.Path)
                ? null
                : RejectReason.NotForThisDevice;
    }

    private static GrantOutcome Accept(GrantBody body, SessionContext context, VerifiedDevice sender, GrantSlice slice, GrantReader reader)
    {
        if (SessionKey.TryLoadPublic(body.Point) is not { } key) return Rejected(RejectReason.Malformed);
        var session = ReceivingSession.Start(
            SessionPlace.Start(body.Session, context, body.Seed), sender.User, sender.Device, sender.CertificateHash, key, ChainKey.Start(body.Seed, body.Session));
        return new GrantOutcome.Opened(
            session, sender, PlaceOf(body, reader), body.Previous, DateTimeOffset.FromUnixTimeMilliseconds(body.Time), body.Tree, slice.ListSeq, slice.ListHash);
    }

    private static GrantPlace PlaceOf(GrantBody body, GrantReader reader) => body.Members is var (first, second)
        ? new GrantPlace.Direct(reader.Anchor.Hash, first, second)
        : new GrantPlace.Room(body.Conversation, body.Epoch, body.Head!.Value);

    private static GrantOutcome.Rejected Rejected(RejectReason reason) => new(reason);
}
