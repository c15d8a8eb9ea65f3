using System.Buffers.Binary;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>Every key derivation of a session (docs/protocol.md section 5): HKDF-SHA256 whose info is a row of length-prefixed fields, a label first.</summary>
internal static class KeySchedule
{
    public const int KeySize = 32, SaltSize = 16;

    private static readonly byte[] ChainInfo = Field("chain/v1"u8), BaseInfo = Field("base/v1"u8), NextInfo = Field("next/v1"u8), SignalInfo = Field("signal/v1"u8);

    /// <summary>The session id commits to the seed and to all that the session stands in.</summary>
    public static SessionId IdOf(ReadOnlySpan<byte> seed, SessionContext context)
    {
        using var hash = new FieldHash("session/v1");
        return new SessionId(hash
            .Add(seed)
            .Add(context.Conversation.Value)
            .Add(context.Epoch)
            .Add(context.LedgerHead?.ToArray() ?? [])
            .Add(context.SenderCertificate)
            .Add(Suite.Utf8)
            .Finish());
    }

    /// <summary>ck(0).</summary>
    public static void Start(ReadOnlySpan<byte> seed, SessionId session, Span<byte> chain) => Start(seed, session, ChainInfo, chain);

    /// <summary>sk.</summary>
    public static void StartSignals(ReadOnlySpan<byte> seed, SessionId session, Span<byte> key) => Start(seed, session, SignalInfo, key);

    /// <summary>mb(n) from ck(n).</summary>
    public static void Base(ReadOnlySpan<byte> chain, Span<byte> messageBase) => HKDF.Expand(HashAlgorithmName.SHA256, chain, messageBase, BaseInfo);

    /// <summary>ck(n+1) from ck(n); both may be the same memory.</summary>
    public static void Advance(ReadOnlySpan<byte> chain, Span<byte> next)
    {
        Span<byte> key = stackalloc byte[KeySize];
        HKDF.Expand(HashAlgorithmName.SHA256, chain, key, NextInfo);
        key.CopyTo(next);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>The key of one message. The random salt keeps a restored snapshot from ever repeating a key.</summary>
    public static void Message(ReadOnlySpan<byte> messageBase, ReadOnlySpan<byte> salt, SessionId session, int n, Span<byte> key) =>
        One("msg/v1"u8, messageBase, salt, session, n, key);

    /// <summary>The key of one signal.</summary>
    public static void Signal(ReadOnlySpan<byte> signalKey, ReadOnlySpan<byte> salt, SessionId session, long n, Span<byte> key) =>
        One("sigmsg/v1"u8, signalKey, salt, session, n, key);

    private static void Start(ReadOnlySpan<byte> seed, SessionId session, ReadOnlySpan<byte> info, Span<byte> key)
    {
        Span<byte> salt = stackalloc byte[Digest.Size];
        session.Value.Write(salt);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, key, salt, info);
    }

    private static void One(ReadOnlySpan<byte> label, ReadOnlySpan<byte> from, ReadOnlySpan<byte> salt, SessionId session, long n, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[4 + label.Length + 4 + Digest.Size + 4 + 8];
        BinaryPrimitives.WriteInt32BigEndian(info, label.Length);
        label.CopyTo(info[4..]);
        var rest = info[(4 + label.Length)..];
        BinaryPrimitives.WriteInt32BigEndian(rest, Digest.Size);
        session.Value.Write(rest[4..]);
        BinaryPrimitives.WriteInt32BigEndian(rest[36..], 8);
        BinaryPrimitives.WriteUInt64BigEndian(rest[40..], (ulong)n);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, from, key, salt, info);
    }

    private static byte[] Field(ReadOnlySpan<byte> label)
    {
        var field = new byte[4 + label.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, label.Length);
        label.CopyTo(field.AsSpan(4));
        return field;
    }
}

/// <summary>What a session stands in and its id commits to.</summary>
/// <param name="LedgerHead">Hash of the room's commit that made this epoch; null outside rooms.</param>
/// <param name="SenderCertificate">SHA-256 of the sender's identity certificate.</param>
internal sealed record SessionContext(ConversationId Conversation, ulong Epoch, Digest? LedgerHead, Digest SenderCertificate);
