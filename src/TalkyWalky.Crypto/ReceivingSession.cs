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
    private const byte Kind = 2, Version = 2;

    private readonly SessionPlace _place;
    private readonly ReadPosition _position;
    private readonly SessionKey _key;
    private bool _disposed;

    private ReceivingSession(SessionPlace place, UserId user, DeviceId device, Digest certificate, SessionKey key, ReadPosition position)
    {
        (SenderUser, SenderDevice, SenderCertificate) = (user, device, certificate);
        (_place, _key, _position) = (place, key, position);
    }

    public SessionId Id => _place.Id;

    public ConversationId Conversation => _place.Conversation;

    /// <summary>0 outside rooms.</summary>
    public ulong Epoch => _place.Epoch;

    /// <summary>Hash of the room's commit that made this epoch, as the author saw it; null outside rooms.</summary>
    public Digest? LedgerHead => _place.Head;

    public UserId SenderUser { get; }

    public DeviceId SenderDevice { get; }

    /// <summary>SHA-256 of the sender's identity certificate.</summary>
    public Digest SenderCertificate { get; }

    /// <summary>One past the highest index opened.</summary>
    public int Next => _position.Next;

    /// <summary>Indexes below <see cref="Next"/> that have not arrived, rising.</summary>
    public IReadOnlyCollection<int> Missing => _position.Missing;

    /// <summary>Takes the keys over.</summary>
    internal static ReceivingSession Start(SessionPlace place, UserId user, DeviceId device, Digest certificate, SessionKey key, ChainKey chain) =>
        new(place, user, device, certificate, key, ReadPosition.Start(chain));

    /// <summary>Opens one message. Nothing but <see cref="OpenOutcome.Opened.Next"/> carries a change.</summary>
    public OpenOutcome Open(ReadOnlyMemory<byte> jwe)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!CompactJwe.TrySplit(jwe.Span, Limits.Payload, out var parts)
            || !parts.EncryptedKey.IsEmpty
            || SessionHeader.TryParse(HeaderType.Message, parts.Header) is not { } header) return new OpenOutcome.Rejected(RejectReason.Malformed);
        if (header.Session != Id) return new OpenOutcome.Rejected(RejectReason.NotAuthentic);
        if (header.N >= Limits.MessagesPerSession) return new OpenOutcome.Rejected(RejectReason.OutOfBounds);
        if (_position.HasOpened((int)header.N)) return new OpenOutcome.Duplicate();

        if (Decrypt(parts, header) is not { } text) return new OpenOutcome.Rejected(RejectReason.NotAuthentic);
        var token = Jws.TryParse(JwsType.Message, text);
        CryptographicOperations.ZeroMemory(text);
        if (token is null || !token.Verify(_key.Key)) return new OpenOutcome.Rejected(RejectReason.NotAuthentic);
        var signed = SignedBody.TryRead(token.Payload.Span);
        token.Erase();
        if (signed is null) return new OpenOutcome.Rejected(RejectReason.Malformed);
        return IsInPlace(signed, header) ? Commit(signed, Digest.Sha256(jwe.Span)) : new OpenOutcome.Rejected(RejectReason.NotAuthentic);
    }

    /// <summary>Opens one signal; it changes no state. The caller remembers the newest time of each session while it runs, and judges what is too old to show.</summary>
    /// <param name="after">Time of the session's last signal opened; one that is not later is a <see cref="SignalOutcome.Duplicate"/>.</param>
    public SignalOutcome OpenSignal(ReadOnlyMemory<byte> jwe, DateTimeOffset? after)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return SignalCodec.Open(jwe.Span, Id, _place.Signals, _key, after?.ToUnixTimeMilliseconds() ?? -1);
    }

    /// <summary>The session a message belongs to, read from its header without any key. Null when it is not a message at all.</summary>
    public static SessionId? Peek(ReadOnlySpan<byte> jwe) =>
        CompactJwe.TrySplit(jwe, Limits.Payload, out var parts) && parts.EncryptedKey.IsEmpty ? SessionHeader.TryParse(HeaderType.Message, parts.Header)?.Session : null;

    /// <summary>The same for a signal.</summary>
    public static SessionId? PeekSignal(ReadOnlySpan<byte> jwe) => SignalCodec.TrySplit(jwe, out _)?.Session;

    /// <summary>State with secrets, for encrypted storage only.</summary>
    public byte[] Save()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var state = new StateWriter(Kind, Version);
        _place.Save(state);
        state.UInt128(SenderUser.Value);
        state.UInt128(SenderDevice.Value);
        state.Digest(SenderCertificate);
        state.Bytes(_key.Point);
        _position.Save(state);
        return state.ToArray();
    }

    /// <exception cref="InvalidDataException">These are not exactly the bytes of <see cref="Save"/>, of this version or an earlier one.</exception>
    public static ReceivingSession Load(ReadOnlySpan<byte> saved)
    {
        var state = new StateReader(saved, Kind, Version);
        var place = SessionPlace.Load(ref state);
        var user = new UserId(state.UInt128());
        var device = new DeviceId(state.UInt128());
        var certificate = state.Digest();
        var point = state.Bytes(SessionKey.PointSize);
        var position = ReadPosition.Load(ref state);
        state.End();
        return new ReceivingSession(place, user, device, certificate, SessionKey.Load(point, []), position);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _place.Dispose();
        _position.Dispose();
        _key.Release();
    }

    public override string ToString() => $"receiving session {Id} at {Next}";

    private byte[]? Decrypt(CompactJwe parts, SessionHeader header)
    {
        var n = (int)header.N;
        Span<byte> messageBase = stackalloc byte[KeySchedule.KeySize];
        Span<byte> key = stackalloc byte[KeySchedule.KeySize];
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        header.WriteSalt(salt);
        _position.Base(n, messageBase);
        KeySchedule.Message(messageBase, salt, Id, n, key);
        var text = parts.TryOpen(key);
        CryptographicOperations.ZeroMemory(messageBase);
        CryptographicOperations.ZeroMemory(key);
        return text;
    }

    // The header is what the server saw, the body what the author signed: they must be one.
    private bool IsInPlace(SignedBody signed, SessionHeader header) =>
        signed.Conversation == Conversation && signed.Epoch == Epoch && signed.Session == Id && signed.N == header.N;

    private OpenOutcome.Opened Commit(SignedBody signed, Digest hash)
    {
        var position = _position.After(signed.N, hash, signed.Previous, out var intact);
        var next = new ReceivingSession(_place.Copy(), SenderUser, SenderDevice, SenderCertificate, _key.Lease(), position);
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
