namespace TalkyWalky.Pki.Tests;

/// <summary>Bytes damaged at random from a fixed seed: changed, cut out, doubled, or cut off.</summary>
internal static class Damage
{
    public static void Run(int seed, int rounds, byte[] good, Action<byte[]> check)
    {
#pragma warning disable RS0030 // seeded, so that a failure comes again
        var random = new Random(seed);
#pragma warning restore RS0030
        for (var round = 0; round < rounds; round++)
        {
            var damaged = Once(random, good);
            if (!damaged.AsSpan().SequenceEqual(good)) check(damaged);
        }
    }

    private static byte[] Once(Random random, byte[] good)
    {
        var (from, length) = (random.Next(good.Length), random.Next(1, 9));
        var to = Math.Min(good.Length, from + length);
        switch (random.Next(4))
        {
            case 0: return [.. good[..from], .. good[to..]];
            case 1: return [.. good[..to], .. good[from..]];
            case 2: return good[..from];
            default:
                var changed = (byte[])good.Clone();
                random.NextBytes(changed.AsSpan(from, to - from));
                return changed;
        }
    }
}
