using System.Security.Cryptography;

namespace TalkyWalky.Crypto;

/// <summary>
/// A session's P-256 key, private at the sender and public at the reader. Loading one costs more than a signature, so all states of a session
/// share it: each state holds a lease, and the last one released zeroes the key. States of one session are used by one thread at a time.
/// </summary>
internal sealed class SessionKey
{
    /// <summary>An uncompressed point (SEC 1 §2.3.3): 0x04, x, y.</summary>
    public const int PointSize = 65;

    public const int ScalarSize = 32;

    private readonly byte[] _point;
    private readonly byte[] _scalar;
    private ECDsa? _loaded;
    private int _leases = 1;

    private SessionKey(ReadOnlySpan<byte> point, ReadOnlySpan<byte> scalar)
    {
        _point = point.ToArray();
        _scalar = scalar.ToArray();
    }

    public ReadOnlySpan<byte> Point => _point;

    /// <summary>Empty for a public key.</summary>
    public ReadOnlySpan<byte> Scalar => _scalar;

    public ECDsa Key => _loaded ??= Import();

    public static SessionKey Generate()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        try
        {
            return new SessionKey([4, .. parameters.Q.X!, .. parameters.Q.Y!], parameters.D) { _loaded = key };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    /// <summary>A public key that a peer sent: null unless it is a point on the curve other than the one at infinity.</summary>
    public static SessionKey? TryLoadPublic(ReadOnlySpan<byte> point)
    {
        if (!P256.IsOnCurve(point)) return null;
        var key = new SessionKey(point, []);
        key._loaded = key.Import();
        return key;
    }

    /// <summary>A key that was stored here; checked when it is first used.</summary>
    public static SessionKey Load(ReadOnlySpan<byte> point, ReadOnlySpan<byte> scalar) => new(point, scalar);

    public SessionKey Lease()
    {
        Interlocked.Increment(ref _leases);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) > 0) return;
        CryptographicOperations.ZeroMemory(_scalar);
        _loaded?.Dispose();
    }

    public override string ToString() => "[session key]";

    private ECDsa Import() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = _point[1..33], Y = _point[33..] },
        D = _scalar.Length == 0 ? null : _scalar,
    });
}
