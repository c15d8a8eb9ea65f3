using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>What the session key signs of a signal. The session id stands for conversation, epoch and author.</summary>
/// <param name="N">Unix milliseconds: it rises over restarts, so that the author keeps no counter.</param>
internal sealed record SignedSignal(SessionId Session, long N, SignalKind Kind)
{
    /// <summary>Writes the padded JSON, as long as every other signal.</summary>
    public void Write(CanonicalJsonWriter json)
    {
        if (Kind is not SignalKind.Typing) throw new InvalidOperationException("this signal has no form");
        Span<byte> bytes = stackalloc byte[Digest.Size];
        Session.Value.Write(bytes);
        json.Raw("{\"sid\":"u8).Base64Url(bytes).Raw(",\"n\":"u8).Number(N).Raw(",\"kind\":\"typing\",\"pad\":\""u8);
        json.Zeros(Padme.Minimum - json.Length - 2).Raw("\"}"u8);
    }

    public static SignedSignal? TryRead(ReadOnlySpan<byte> text)
    {
        Span<byte> session = stackalloc byte[Digest.Size];
        var reader = new CanonicalJsonReader(text);
        return text.Length == Padme.Minimum
            && reader.Literal("{\"sid\":"u8)
            && reader.Base64Url(session)
            && reader.Literal(",\"n\":"u8)
            && reader.Number(SignedBody.MaxTime, out var n)
            && reader.Literal(",\"kind\":\"typing\",\"pad\":\""u8)
            && reader.Zeros(reader.Remaining - 2)
            && reader.Literal("\"}"u8)
            && reader.AtEnd
            && SessionId.TryRead(session, out var id)
                ? new SignedSignal(id, n, SignalKind.Typing)
                : null;
    }
}

/// <summary>
/// A256GCM around ES256, as a message, but by a key of its own, in no chain and of one length (docs/protocol.md section 5.4). The signature keeps another recipient, who
/// knows the key, from making the author appear to type.
/// </summary>
internal static class SignalCodec
{
    public static byte[] Seal(SignalKey signals, SessionKey sessionKey, SignedSignal signal)
    {
        using var json = new CanonicalJsonWriter(Padme.Minimum);
        signal.Write(json);
        var jws = Jws.Sign(JwsType.Signal, sessionKey.Key, json.Written);
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        Span<byte> key = stackalloc byte[KeySchedule.KeySize];
        RandomNumberGenerator.Fill(salt);
        KeySchedule.Signal(signals.Bytes, salt, signal.Session, signal.N, key);
        var jwe = CompactJwe.Seal(new SessionHeader(signal.Session, signal.N, salt).Encode(HeaderType.Signal), key, jws);
        CryptographicOperations.ZeroMemory(key);
        return jwe;
    }

    public static SessionHeader? TrySplit(ReadOnlySpan<byte> compact, out CompactJwe jwe) =>
        CompactJwe.TrySplit(compact, Limits.Signal, out jwe) && jwe.EncryptedKey.IsEmpty ? SessionHeader.TryParse(HeaderType.Signal, jwe.Header) : null;

    public static SignalOutcome Open(ReadOnlySpan<byte> compact, SessionId session, SignalKey? signals, SessionKey sessionKey, long after)
    {
        if (TrySplit(compact, out var jwe) is not { } header) return new SignalOutcome.Rejected(RejectReason.Malformed);
        if (header.Session != session || signals is null) return new SignalOutcome.Rejected(RejectReason.NotAuthentic);
        if (header.N <= after) return new SignalOutcome.Duplicate();
        Span<byte> salt = stackalloc byte[KeySchedule.SaltSize];
        Span<byte> key = stackalloc byte[KeySchedule.KeySize];
        header.WriteSalt(salt);
        KeySchedule.Signal(signals.Bytes, salt, session, header.N, key);
        var text = jwe.TryOpen(key);
        CryptographicOperations.ZeroMemory(key);
        return text is not null
            && Jws.TryParse(JwsType.Signal, text) is { } token
            && token.Verify(sessionKey.Key)
            && SignedSignal.TryRead(token.Payload.Span) is { } signed
            && signed.Session == session
            && signed.N == header.N
                ? new SignalOutcome.Opened(signed.Kind, DateTimeOffset.FromUnixTimeMilliseconds(signed.N))
                : new SignalOutcome.Rejected(RejectReason.NotAuthentic);
    }
}
