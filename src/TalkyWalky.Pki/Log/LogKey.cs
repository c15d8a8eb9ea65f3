using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Pki.Log;

/// <summary>The public key that signs the transparency log's heads: P-256, known by its SubjectPublicKeyInfo (RFC 5480), which the trust anchor names.</summary>
public sealed class LogKey
{
    private readonly byte[] _info;

    private LogKey(byte[] info) => _info = info;

    /// <summary>DER. Always 91 bytes.</summary>
    public ReadOnlyMemory<byte> Info => _info;

    /// <summary>Null for anything but the one DER form of a P-256 key.</summary>
    public static LogKey? TryRead(ReadOnlySpan<byte> info)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(info, out _);
            return key.KeySize == 256 && key.ExportSubjectPublicKeyInfo() is var own && info.SequenceEqual(own) ? new LogKey(own) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public static LogKey Of(ECDsa key) => TryRead(key.ExportSubjectPublicKeyInfo()) ?? throw new ArgumentException("the log's key is on P-256", nameof(key));

    /// <summary>The token's payload if this key signed it as that type.</summary>
    internal ReadOnlyMemory<byte>? TryVerify(JwsType type, ReadOnlySpan<byte> compact, int maxSize)
    {
        if (compact.Length > maxSize || Jws.TryParse(type, compact) is not { } token) return null;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_info, out _);
        return token.Verify(key) ? token.Payload : null;
    }
}
