using System.Numerics;

namespace TalkyWalky.Crypto;

/// <summary>Padmé (Nikitin et al., PURBs, PETS 2019 §4): lengths leak O(log log) bits and grow by at most 12 %. Short texts all look alike.</summary>
internal static class Padme
{
    public const int Minimum = 256;

    /// <summary>The bucket that a length goes to.</summary>
    public static int Bucket(int length)
    {
        if (length <= Minimum) return Minimum;
        var exponent = BitOperations.Log2((uint)length);
        var mantissa = BitOperations.Log2((uint)exponent) + 1;
        var mask = (1 << (exponent - mantissa)) - 1;
        return (length + mask) & ~mask;
    }
}
