using System.Globalization;
using System.Numerics;

namespace TalkyWalky.Crypto;

/// <summary>
/// The check of a public point that a peer sent (SEC 1 §3.2.2.1; the cofactor is 1). Libraries differ on coordinates at or above p, so it is done here,
/// on public values only.
/// </summary>
internal static class P256
{
    private static readonly BigInteger P = Hex("0ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger B = Hex("05ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        if (point.Length != SessionKey.PointSize || point[0] != 4) return false;
        var x = new BigInteger(point[1..33], isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point[33..], isUnsigned: true, isBigEndian: true);
        if (x >= P || y >= P) return false;
        // y^2 = x^3 - 3x + b
        return ((y * y) - ((x * x * x) - (3 * x) + B)) % P == BigInteger.Zero;
    }

    private static BigInteger Hex(string digits) => BigInteger.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
