using System.Diagnostics;
using System.Numerics;

namespace TalkyWalky.Load.Measuring;

/// <summary>How often which time was seen, to 3 %.</summary>
internal sealed class Latencies
{
    private const int Steps = 32;

    private readonly long[] _counts = new long[Steps * 36];

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    public void Add(long ticks)
    {
        var nanoseconds = (ulong)Math.Max(1, ticks * (1_000_000_000.0 / Stopwatch.Frequency));
        _counts[Math.Min(_counts.Length - 1, IndexOf(nanoseconds))]++;
    }

    public void Add(Latencies other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }

    public void Clear() => Array.Clear(_counts);

    /// <summary>Below which this part of all times lies.</summary>
    public double Milliseconds(double part)
    {
        var left = (long)Math.Ceiling(part * _counts.Sum());
        for (var i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0) return ValueOf(i) / 1e6;
        }

        return 0;
    }

    private static int IndexOf(ulong value)
    {
        if (value < Steps) return (int)value;
        var shift = BitOperations.Log2(value) - 5;
        return (shift + 1) * Steps + (int)(value >> shift) - Steps;
    }

    private static double ValueOf(int index)
    {
        if (index < Steps) return index;
        var (shift, step) = (index / Steps - 1, index % Steps + Steps);
        return (step + 0.5) * Math.Pow(2, shift);
    }
}
