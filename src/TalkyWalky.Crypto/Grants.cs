using System.Security.Cryptography;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>Starts sending sessions and opens the grants that carry them (docs/protocol.md section 5). Pure: no clock, no I/O.</summary>
public static class Grants
{
    /// <summary>Makes seed, session key and the sealed grant for every recipient device.</summary>
    /// <param name="now">The author's clock, kept to the millisecond.</param>
    /// <exception cref="ArgumentException">The order is not one that a reader would accept.</exception>
    public static StartedSession Start(GrantOrder order, DateTimeOffset now)
    {
        Check(order);
        var recipients = new RecipientSet(order.Recipients);
        var seed = RandomNumberGenerator.GetBytes(GrantBody.SeedSize);
        var context = new SessionContext(order.Place.Conversation, order.Place.Epoch, order.Place.Head, order.Identity.CertificateHash);
        var id = KeySchedule.IdOf(seed, context);
        var key = SessionKey.Generate();
        var time = now.ToUnixTimeMilliseconds();
        using var body = new GrantBody(
            context.Conversation, context.Epoch, context.LedgerHead, Members(order.Place), id, seed, key.Point.ToArray(), recipients.Root, recipients.Recipients.Count,
            order.TreeHead, order.Previous, time);
        var (payload, slices) = Seal(body, order, recipients);
        var session = SendingSession.Start(
            SessionPlace.Start(id, context, seed), DateTimeOffset.FromUnixTimeMilliseconds(time), recipients.Root, ChainKey.Start(seed, id), key);
        return new StartedSession(session, payload, slices);
    }

    /// <summary>Opens one device's slice.</summary>
    /// <param name="keys">This device's encryption keys, newest first. Wrong keys cost one unwrap each.</param>
    public static GrantOutcome Open(ReadOnlyMemory<byte> payload, GrantSlice slice, IReadOnlyList<EncryptionKey> keys, GrantReader reader) =>
        GrantOpening.Open(payload.Span, slice, keys, reader);

    private static (UserId First, UserId Second)? Members(GrantPlace place) => place switch
    {
        GrantPlace.Direct direct when direct.One.CompareTo(direct.Other) <= 0 => (direct.One, direct.Other),
        GrantPlace.Direct direct => (direct.Other, direct.One),
        _ => null,
    };

    private static (byte[] Payload, List<(DeviceId Device, GrantSlice Slice)> Slices) Seal(GrantBody body, GrantOrder order, RecipientSet recipients)
    {
        using var json = new CanonicalJsonWriter(1024);
        body.Write(json);
        var token = Jws.Sign(JwsType.Grant, order.IdentityKey, json.Written, [order.Identity.Der, .. order.Chain]);
        var (payload, encryptedKeys) = GrantJwe.Seal(token, [.. recipients.Recipients.Select(static recipient => recipient.Device)]);
        CryptographicOperations.ZeroMemory(token);
        var slices = new List<(DeviceId, GrantSlice)>(encryptedKeys.Length);
        for (var i = 0; i < encryptedKeys.Length; i++)
        {
            var recipient = recipients.Recipients[i];
            slices.Add((recipient.Device.Device, new GrantSlice(encryptedKeys[i], i, encryptedKeys.Length, recipients.PathTo(i), recipient.ListSeq, recipient.ListHash)));
        }

        return (payload, slices);
    }

    private static void Check(GrantOrder order)
    {
        if (order.Identity.Use != DeviceKeyUse.Identity || !MayHold(order.Place, order.Identity.User))
            throw new ArgumentException("a grant is signed by the identity of one of its members", nameof(order));
        if (!IsKeyOf(order.IdentityKey, order.Identity)) throw new ArgumentException("the identity key is not the one in the certificate", nameof(order));
        if (order.Recipients.Count is 0 or > RecipientSet.MaxDevices)
            throw new ArgumentException($"a grant has 1 to {RecipientSet.MaxDevices} recipient devices", nameof(order));
        if (order.Recipients.Any(recipient => recipient.Device.Use != DeviceKeyUse.Encryption || !MayHold(order.Place, recipient.Device.User)))
            throw new ArgumentException("every recipient is an encryption certificate of a member", nameof(order));
        if (order.Recipients.DistinctBy(static recipient => recipient.Device.Device).Count() != order.Recipients.Count)
            throw new ArgumentException("a recipient device is named twice", nameof(order));
        if (order.Recipients.Any(static recipient => recipient.ListSeq is 0 or > GrantRecipient.MaxListSeq))
            throw new ArgumentException("a device list has a number of 1 to 2^53 - 1", nameof(order));
        if (!GrantBody.IsTree(order.TreeHead.Span)) throw new ArgumentException("a grant carries the token of a tree head", nameof(order));
    }

    // A room's members stand in its ledger, which is the caller's to ask.
    private static bool MayHold(GrantPlace place, UserId user) => place is not GrantPlace.Direct direct || direct.Has(user);

    private static bool IsKeyOf(RSA key, VerifiedDevice device)
    {
        using var certified = device.LoadPublicKey();
        return key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certified.ExportSubjectPublicKeyInfo());
    }
}

/// <param name="Identity">The sender's own verified identity certificate and, below, its key.</param>
/// <param name="Chain">DER, the issuing certificates that go along as candidates.</param>
/// <param name="Recipients">Every device that shall read, the sender's other devices too; at least one. In a room the caller takes them from its verified ledger.</param>
/// <param name="TreeHead">Token of the newest tree head that the sender has verified.</param>
/// <param name="Previous">The last message of the sender's previous session in this conversation.</param>
public sealed record GrantOrder(
    VerifiedDevice Identity,
    RSA IdentityKey,
    IReadOnlyList<ReadOnlyMemory<byte>> Chain,
    GrantPlace Place,
    IReadOnlyList<GrantRecipient> Recipients,
    ReadOnlyMemory<byte> TreeHead,
    SessionEnd? Previous);

/// <summary>A device that a grant is for.</summary>
/// <param name="Device">Its encryption certificate.</param>
/// <param name="ListSeq">Number of the device list by which the sender knows this person.</param>
/// <param name="ListHash">Its leaf hash in the transparency log.</param>
public sealed record GrantRecipient(VerifiedDevice Device, ulong ListSeq, Digest ListHash)
{
    /// <summary>JSON's largest exact integer (RFC 7493 §2.2), as in the list itself.</summary>
    internal const ulong MaxListSeq = (1UL << 53) - 1;
}

/// <summary>The last message of a session: {sid, n, SHA-256 of its JWE}.</summary>
public sealed record SessionEnd(SessionId Session, int N, Digest Hash);

/// <param name="Payload">The part shared by all: a compact JWE whose second part is empty.</param>
/// <param name="Slices">One for each recipient device.</param>
public sealed record StartedSession(SendingSession Session, byte[] Payload, IReadOnlyList<(DeviceId Device, GrantSlice Slice)> Slices);

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
    /// <param name="Place">In a direct conversation sender and reader are its members. In a room nobody's membership is judged yet: its ledger does that.</param>
    /// <param name="TreeHead">Token of the newest tree head that the sender had verified. Not verified here.</param>
    /// <param name="ListSeq">Number of the device list by which the sender knew the reader's person, as it signed.</param>
    /// <param name="ListHash">Its leaf hash, as it signed.</param>
    public sealed record Opened(
        ReceivingSession Session,
        VerifiedDevice Sender,
        GrantPlace Place,
        SessionEnd? Previous,
        DateTimeOffset SentAt,
        ReadOnlyMemory<byte> TreeHead,
        ulong ListSeq,
        Digest ListHash) : GrantOutcome;

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
