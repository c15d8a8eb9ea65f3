using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>A public key that signs the transparency log's heads: P-256, known by its SubjectPublicKeyInfo (RFC 5480). The trust anchor names the first.</summary>
public sealed class LogKey : IEquatable<LogKey>
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

    public bool Equals(LogKey? other) => other is not null && _info.AsSpan().SequenceEqual(other._info);

    public override bool Equals(object? obj) => Equals(obj as LogKey);

    public override int GetHashCode() => Hash.GetHashCode();

    internal bool Signed(Jws token)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_info, out _);
        return token.Verify(key);
    }
}
