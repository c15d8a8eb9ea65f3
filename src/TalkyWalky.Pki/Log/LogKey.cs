using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>The public key that signs the transparency log's heads: P-256, known by its SubjectPublicKeyInfo (RFC 5480), which the trust anchor names.</summary>
public sealed class LogKey
{
    private const int PointSize = 64;

    // RFC 5480 §2.1.1: SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING { 04 ...
    private static readonly byte[] Start = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    private readonly byte[] _info;

    private LogKey(byte[] info) => _info = info;

    /// <summary>DER. Always 91 bytes.</summary>
    public ReadOnlyMemory<byte> Info => _info;

    /// <summary>SHA-256 of <see cref="Info"/>.</summary>
    public Digest Hash => Digest.Sha256(_info);

    /// <summary>Null for anything but the one DER form of a P-256 key: named curve, uncompressed point.</summary>
    public static LogKey? TryRead(ReadOnlySpan<byte> info)
    {
        if (info.Length != Start.Length + PointSize || !info.StartsWith(Start)) return null;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(info, out _);
            return new LogKey(info.ToArray());
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
