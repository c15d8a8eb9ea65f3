using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>
/// The sending half of a session at one position. Sealing returns the next position; the caller stores it with the sealed bytes, then disposes the old one
/// (or the new one, when storing failed: both stand alone). The states of one session share their signing key, so one thread at a time uses them.
/// </summary>
public sealed class SendingSession : IDisposable
{
    private const byte Kind = 1, Version = 2;

    private readonly SessionPlace _place;
    private readonly ChainKey _chain;
    private readonly SessionKey _key;
    private readonly Digest? _last;
    private bool _disposed;

    private SendingSession(SessionPlace place, DateTimeOffset startedAt, Digest recipientRoot, int n, Digest? last, ChainKey chain, SessionKey key)
    {
        (StartedAt, RecipientRoot, N) = (startedAt, recipientRoot, n);
        (_place, _last, _chain, _key) = (place, last, chain, key);
    }

    public SessionId Id => _place.Id;

    public ConversationId Conversation => _place.Conversation;

    /// <summary>0 outside rooms.</summary>
    public ulong Epoch => _place.Epoch;

    /// <summary>Hash of the room's commit that made this epoch; null outside rooms.</summary>
    public Digest? LedgerHead => _place.Head;

    /// <summary>Index of the next message.</summary>
    public int N { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Merkle root over the sorted recipient encryption certificates: changes when any device or key does.</summary>
    public Digest RecipientRoot { get; }

    /// <summary>The last message sealed; null before the first.</summary>
    public SessionEnd? End => _last is { } hash ? new SessionEnd(Id, N - 1, hash) : null;

    /// <summary>True after 1,000 messages or 7 days: start a new one.</summary>
    public bool IsSpent(DateTimeOffset now) => N >= Limits.MessagesPerSession || now - StartedAt >= Limits.SessionLife;

    /// <summary>Takes the keys over.</summary>
    internal static SendingSession Start(SessionPlace place, DateTimeOffset startedAt, Digest recipientRoot, ChainKey chain, SessionKey key) =>
        new(place, startedAt, recipientRoot, 0, null, chain, key);

    /// <param name="time">The author's clock, kept to the millisecond.</param>
    /// <exception cref="ArgumentException">The body cannot be sent; <see cref="MessageBody.Problem"/> says so beforehand.</exception>
    /// <exception cref="InvalidOperationException">1,000 messages were sealed.</exception>
    public SealedMessage Seal(MessageId id, MessageBody body, DateTimeOffset time)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (N >= Limits.MessagesPerSession) throw new InvalidOperationException("this session is spent; start a new one");
        if (body.Problem() is { } problem) throw new ArgumentException(problem, nameof(body));
        var signed = new SignedBody(Conversation, Epoch, Id, N, id, _last, time.ToUnixTimeMilliseconds(), body);
        if (signed.Time < 0) throw new ArgumentOutOfRangeException(nameof(time), "a message's time is not before 1970");

        using var json = new CanonicalJsonWriter(1024);
        signed.Write(json);
        var jws = Jws.Sign(JwsType.Message, _key.Key, json.Written);
        var jwe = Encrypt(jws);
        CryptographicOperations.ZeroMemory(jws);
        var next = new SendingSession(_place.Copy(), StartedAt, RecipientRoot, N + 1, Digest.Sha256(jwe), _chain.Next(), _key.Lease());
        return new SealedMessage(jwe, N, next);
    }

    /// <summary>
    /// Seals a signal: a JWE of at most <see cref="Limits.Signal"/> bytes, outside the row of messages. The session's state does not change. Two of the same millisecond
    /// are one to a reader. Null when the session was saved before there were signals: the next one has them.
    /// </summary>
    /// <param name="time">The author's clock, kept to the millisecond; readers take rising times only.</param>
    public byte[]? SealSignal(SignalKind kind, DateTimeOffset time)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _place.Signals is { } signals ? SignalCodec.Seal(signals, _key, new SignedSignal(Id, time.ToUnixTimeMilliseconds(), kind)) : null;
    }

    /// <summary>State with secrets, for encrypted storage only.</summary>
    public byte[] Save()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var state = new StateWriter(Kind, Version);
        _place.Save(state);
        state.UInt64((ulong)StartedAt.ToUnixTimeMilliseconds());
        state.Digest(RecipientRoot);
        state.UInt16(N);
        if (_last is { } last) state.Digest(last);
        state.Bytes(_chain.Bytes);
        state.Bytes(_key.Point);
        state.Bytes(_key.Scalar);
        return state.ToArray();
    }

    /// <exception cref="InvalidDataException">These are not exactly the bytes of <see cref="Save"/>, of this version or an earlier one.</exception>
    public static SendingSession Load(ReadOnlySpan<byte> saved)
    {
        var state = new StateReader(saved, Kind, Version);
        var place = SessionPlace.Load(ref state);
        var startedAt = state.UInt64();
        var root = state.Digest();
        var n = state.UInt16();
        Digest? last = n > 0 ? state.Digest() : null;
        var chain = state.Bytes(KeySchedule.KeySize);
        var point = state.Bytes(SessionKey.PointSize);
        var scalar = state.Bytes(SessionKey.ScalarSize);
        state.End();
        if (n > Limits.MessagesPerSession || startedAt > (ulong)SignedBody.MaxTime) throw StateReader.Damaged();
        return new SendingSession(
            place, DateTimeOffset.FromUnixTimeMilliseconds((long)startedAt), root, n, last, ChainKey.Load(chain), SessionKey.Load(point, scalar));
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _place.Dispose();
        _chain.Dispose();
        _key.Release();
    }

    public override string ToString() => $"sending session {Id} at {N}";

    private byte[] Encrypt(ReadOnlySpan<byte> jws)
    {
        Span<byte> messageBase = stackalloc byte[KeySchedule.KeySize];
        Span<byte> key = stackalloc byte[KeySchedule.KeySize];
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        RandomNumberGenerator.Fill(salt);
        _chain.Base(messageBase);
        KeySchedule.Message(messageBase, salt, Id, N, key);
        var jwe = CompactJwe.Seal(new SessionHeader(Id, N, salt).Encode(HeaderType.Message), key, jws);
        CryptographicOperations.ZeroMemory(messageBase);
        CryptographicOperations.ZeroMemory(key);
        return jwe;
    }
}

/// <param name="Jwe">The compact JWE, ASCII: the envelope's payload.</param>
public sealed record SealedMessage(byte[] Jwe, int N, SendingSession Next);
