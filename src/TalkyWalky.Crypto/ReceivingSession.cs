using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>
/// The receiving half of a session. Opening returns what would change; the caller stores text, id and next state in one transaction, then disposes the old state
/// (or the new one, when storing failed: both stand alone). The states of one session share its public key, so one thread at a time uses them.
/// </summary>
public sealed class ReceivingSession : IDisposable
{
    private const byte Kind = 2, Version = 1;

    private readonly ulong _epoch;
    private readonly ReadPosition _position;
    private readonly SessionKey _key;
    private bool _disposed;

    private ReceivingSession(
        SessionId id, ConversationId conversation, ulong epoch, UserId user, DeviceId device, Digest certificate, SessionKey key, ReadPosition position)
    {
        (Id, Conversation, _epoch, SenderUser, SenderDevice, SenderCertificate) = (id, conversation, epoch, user, device, certificate);
        (_key, _position) = (key, position);
    }

    public SessionId Id { get; }

    public ConversationId Conversation { get; }

    public UserId SenderUser { get; }

    public DeviceId SenderDevice { get; }

    /// <summary>SHA-256 of the sender's identity certificate.</summary>
    public Digest SenderCertificate { get; }

    /// <summary>One past the highest index opened.</summary>
    public int Next => _position.Next;

    /// <summary>Indexes below <see cref="Next"/> that have not arrived, rising.</summary>
    public IReadOnlyCollection<int> Missing => _position.Missing;

    /// <summary>Takes the keys over.</summary>
    internal static ReceivingSession Start(
        SessionId id, ConversationId conversation, ulong epoch, UserId user, DeviceId device, Digest certificate, SessionKey key, ChainKey chain) =>
        new(id, conversation, epoch, user, device, certificate, key, ReadPosition.Start(chain));

    /// <summary>Opens one message. Nothing but <see cref="OpenOutcome.Opened.Next"/> carries a change.</summary>
    public OpenOutcome Open(ReadOnlyMemory<byte> jwe)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!CompactJwe.TrySplit(jwe.Span, Limits.Payload, out var parts)
            || !parts.EncryptedKey.IsEmpty
            || MessageHeader.TryParse(parts.Header) is not { } header) return new OpenOutcome.Rejected(RejectReason.Malformed);
        if (header.Session != Id) return new OpenOutcome.Rejected(RejectReason.NotAuthentic);
        if (header.N >= Limits.MessagesPerSession) return new OpenOutcome.Rejected(RejectReason.OutOfBounds);
        if (_position.HasOpened(header.N)) return new OpenOutcome.Duplicate();

        if (Decrypt(parts, header) is not { } text) return new OpenOutcome.Rejected(RejectReason.NotAuthentic);
        var token = Jws.TryParse(JwsType.Message, text);
        CryptographicOperations.ZeroMemory(text);
        if (token is null || !token.Verify(_key.Key)) return new OpenOutcome.Rejected(RejectReason.NotAuthentic);
        var signed = SignedBody.TryRead(token.Payload.Span);
        token.Erase();
        if (signed is null) return new OpenOutcome.Rejected(RejectReason.Malformed);
        return IsInPlace(signed, header) ? Commit(signed, Digest.Sha256(jwe.Span)) : new OpenOutcome.Rejected(RejectReason.NotAuthentic);
    }

    /// <summary>The session a message belongs to, read from its header without any key. Null when it is not a message at all.</summary>
    public static SessionId? Peek(ReadOnlySpan<byte> jwe) =>
        CompactJwe.TrySplit(jwe, Limits.Payload, out var parts) && parts.EncryptedKey.IsEmpty ? MessageHeader.TryParse(parts.Header)?.Session : null;

    /// <summary>State with secrets, for encrypted storage only.</summary>
    public byte[] Save()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var state = new StateWriter(Kind, Version);
        state.Digest(Id.Value);
        state.Digest(Conversation.Value);
        state.UInt64(_epoch);
        state.UInt128(SenderUser.Value);
        state.UInt128(SenderDevice.Value);
        state.Digest(SenderCertificate);
        state.Bytes(_key.Point);
        _position.Save(state);
        return state.ToArray();
    }

    /// <exception cref="InvalidDataException">These are not exactly the bytes of <see cref="Save"/>.</exception>
    public static ReceivingSession Load(ReadOnlySpan<byte> saved)
    {
        var state = new StateReader(saved, Kind, Version);
        var id = new SessionId(state.Digest());
        var conversation = new ConversationId(state.Digest());
        var epoch = state.UInt64();
        var user = new UserId(state.UInt128());
        var device = new DeviceId(state.UInt128());
        var certificate = state.Digest();
        var point = state.Bytes(SessionKey.PointSize);
        var position = ReadPosition.Load(ref state);
        state.End();
        return new ReceivingSession(id, conversation, epoch, user, device, certificate, SessionKey.Load(point, []), position);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _position.Dispose();
        _key.Release();
    }

    public override string ToString() => $"receiving session {Id} at {Next}";

    private byte[]? Decrypt(CompactJwe parts, MessageHeader header)
    {
        Span<byte> messageBase = stackalloc byte[KeySchedule.KeySize];
        Span<byte> key = stackalloc byte[KeySchedule.KeySize];
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        header.WriteSalt(salt);
        _position.Base(header.N, messageBase);
        KeySchedule.Message(messageBase, salt, Id, header.N, key);
        var text = parts.TryOpen(key);
        CryptographicOperations.ZeroMemory(messageBase);
        CryptographicOperations.ZeroMemory(key);
        return text;
    }

    // The header is what the server saw, the body what the author signed: they must be one.
    private bool IsInPlace(SignedBody signed, MessageHeader header) =>
        signed.Conversation == Conversation && signed.Epoch == _epoch && signed.Session == Id && signed.N == header.N;

    private OpenOutcome.Opened Commit(SignedBody signed, Digest hash)
    {
        var position = _position.After(signed.N, hash, signed.Previous, out var intact);
        var next = new ReceivingSession(Id, Conversation, _epoch, SenderUser, SenderDevice, SenderCertificate, _key.Lease(), position);
        return new OpenOutcome.Opened(signed.Id, signed.N, DateTimeOffset.FromUnixTimeMilliseconds(signed.Time), signed.Body, intact, next);
    }
}

public abstract record OpenOutcome
{
    private OpenOutcome() { }

    /// <param name="ChainIntact">False when the author signed another predecessor than the one received: show it, and alarm.</param>
    public sealed record Opened(MessageId Id, int N, DateTimeOffset SentAt, MessageBody Body, bool ChainIntact, ReceivingSession Next) : OpenOutcome;

    /// <summary>This index was opened before.</summary>
    public sealed record Duplicate : OpenOutcome;

    public sealed record Rejected(RejectReason Reason) : OpenOutcome;
}
