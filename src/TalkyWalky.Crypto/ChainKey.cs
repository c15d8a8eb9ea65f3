using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>ck(n): gives the base key of message n and the chain key of n + 1, in this direction only. Zeroed when it is let go.</summary>
internal sealed class ChainKey : IDisposable
{
    private readonly byte[] _key;

    private ChainKey(byte[] key) => _key = key;

    public static ChainKey Start(ReadOnlySpan<byte> seed, SessionId session)
    {
        var key = new byte[KeySchedule.KeySize];
        KeySchedule.Start(seed, session, key);
        return new ChainKey(key);
    }

    /// <summary>Takes a copy.</summary>
    public static ChainKey Load(ReadOnlySpan<byte> key) => new(key.ToArray());

    public ReadOnlySpan<byte> Bytes => _key;

    public void Base(Span<byte> messageBase) => KeySchedule.Base(_key, messageBase);

    public ChainKey Next()
    {
        var next = new byte[KeySchedule.KeySize];
        KeySchedule.Advance(_key, next);
        return new ChainKey(next);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    public override string ToString() => "[chain key]";
}
