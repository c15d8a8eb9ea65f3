using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>sk: what a session's signals are sealed under. It gives no message key. Zeroed when it is let go.</summary>
internal sealed class SignalKey : IDisposable
{
    private readonly byte[] _key;

    private SignalKey(byte[] key) => _key = key;

    public static SignalKey Start(ReadOnlySpan<byte> seed, SessionId session)
    {
        var key = new byte[KeySchedule.KeySize];
        KeySchedule.StartSignals(seed, session, key);
        return new SignalKey(key);
    }

    /// <summary>Takes a copy.</summary>
    public static SignalKey Load(ReadOnlySpan<byte> key) => new(key.ToArray());

    public ReadOnlySpan<byte> Bytes => _key;

    public SignalKey Copy() => Load(_key);

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    public override string ToString() => "[signal key]";
}
