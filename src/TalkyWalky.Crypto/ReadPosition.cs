using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>
/// Where a reader stands in a session: the chain key of the next index, base keys of the indexes that were passed over, and what is known of the hash chain at
/// their edges. Never changed: <see cref="After"/> gives the position that follows, with copies of its own. At most 999 gaps, so at most about 100 KiB.
/// </summary>
internal sealed class ReadPosition : IDisposable
{
    private readonly ChainKey _chain;
    private readonly Gap[] _gaps;
    private readonly Digest? _last;

    private ReadPosition(int next, Digest? last, ChainKey chain, Gap[] gaps) => (Next, _last, _chain, _gaps) = (next, last, chain, gaps);

    /// <summary>One past the highest index opened.</summary>
    public int Next { get; }

    public IReadOnlyCollection<int> Missing => Array.ConvertAll(_gaps, static gap => gap.N);

    public static ReadPosition Start(ChainKey chain) => new(0, null, chain, []);

    public bool HasOpened(int n) => n < Next && Find(n) < 0;

    /// <summary>mb(n) of an index that is not opened.</summary>
    public void Base(int n, Span<byte> messageBase)
    {
        if (n < Next)
        {
            _gaps[Find(n)].Base.CopyTo(messageBase);
            return;
        }

        Span<byte> chain = stackalloc byte[KeySchedule.KeySize];
        _chain.Bytes.CopyTo(chain);
        for (var at = Next; at < n; at++) KeySchedule.Advance(chain, chain);
        KeySchedule.Base(chain, messageBase);
        CryptographicOperations.ZeroMemory(chain);
    }

    /// <summary>The position after n was opened and found authentic.</summary>
    /// <param name="hash">SHA-256 of its JWE.</param>
    /// <param name="previous">What its author signed as the hash at n - 1; null at 0.</param>
    /// <param name="intact">False when a hash known here differs from one that was signed.</param>
    public ReadPosition After(int n, Digest hash, Digest? previous, out bool intact) =>
        n < Next ? Fill(Find(n), hash, previous, out intact) : Reach(n, hash, previous, out intact);

    public void Save(StateWriter state)
    {
        state.UInt16(Next);
        if (_last is { } last) state.Digest(last);
        state.Bytes(_chain.Bytes);
        state.UInt16(_gaps.Length);
        foreach (var gap in _gaps) gap.Save(state);
    }

    public static ReadPosition Load(ref StateReader state)
    {
        var next = state.UInt16();
        if (next > Limits.MessagesPerSession) throw StateReader.Damaged();
        Digest? last = next > 0 ? state.Digest() : null;
        var chain = state.Bytes(KeySchedule.KeySize);
        var gaps = new Gap[Math.Min(state.UInt16(), Limits.MessagesPerSession)];
        var floor = 0;
        for (var i = 0; i < gaps.Length; i++)
        {
            gaps[i] = Gap.Load(ref state);
            if (gaps[i].N < floor || gaps[i].N >= next - 1) throw StateReader.Damaged();
            floor = gaps[i].N + 1;
        }

        return new ReadPosition(next, last, ChainKey.Load(chain), gaps);
    }

    public void Dispose()
    {
        _chain.Dispose();
        foreach (var gap in _gaps) CryptographicOperations.ZeroMemory(gap.Base);
    }

    private ReadPosition Fill(int at, Digest hash, Digest? previous, out bool intact)
    {
        var filled = _gaps[at];
        intact = Agree(filled.Before, previous) && Agree(filled.After, hash);
        var gaps = new List<Gap>(_gaps.Length - 1);
        foreach (var gap in _gaps)
        {
            if (gap.N == filled.N - 1) gaps.Add(gap.Copy() with { After = previous });
            else if (gap.N == filled.N + 1) gaps.Add(gap.Copy() with { Before = hash });
            else if (gap.N != filled.N) gaps.Add(gap.Copy());
        }

        return new ReadPosition(Next, _last, ChainKey.Load(_chain.Bytes), [.. gaps]);
    }

    private ReadPosition Reach(int n, Digest hash, Digest? previous, out bool intact)
    {
        intact = n > Next || Agree(_last, previous);
        var gaps = new List<Gap>(_gaps.Length + n - Next);
        foreach (var gap in _gaps) gaps.Add(gap.Copy());
        var chain = ChainKey.Load(_chain.Bytes);
        for (var at = Next; at <= n; at++)
        {
            if (at < n)
            {
                var key = new byte[KeySchedule.KeySize];
                chain.Base(key);
                gaps.Add(new Gap(at, key, at == Next ? _last : null, at == n - 1 ? previous : null));
            }

            var following = chain.Next();
            chain.Dispose();
            chain = following;
        }

        return new ReadPosition(n + 1, hash, chain, [.. gaps]);
    }

    private static bool Agree(Digest? known, Digest? signed) => known is null || known == signed;

    private int Find(int n)
    {
        var (low, high) = (0, _gaps.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_gaps[middle].N == n) return middle;
            if (_gaps[middle].N < n) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    /// <param name="Base">mb(N).</param>
    /// <param name="Before">SHA-256 of the JWE at N - 1, when that was opened.</param>
    /// <param name="After">The hash at N that the author signed at N + 1, when that was opened.</param>
    private sealed record Gap(int N, byte[] Base, Digest? Before, Digest? After)
    {
        public Gap Copy() => this with { Base = Base.AsSpan().ToArray() };

        public void Save(StateWriter state)
        {
            state.UInt16(N);
            state.Bytes(Base);
            state.Byte((byte)((Before is null ? 0 : 1) | (After is null ? 0 : 2)));
            if (Before is { } before) state.Digest(before);
            if (After is { } after) state.Digest(after);
        }

        public static Gap Load(ref StateReader state)
        {
            var n = state.UInt16();
            var key = state.Bytes(KeySchedule.KeySize).ToArray();
            var flags = state.Byte();
            if (flags > 3) throw StateReader.Damaged();
            Digest? before = (flags & 1) != 0 ? state.Digest() : null;
            Digest? after = (flags & 2) != 0 ? state.Digest() : null;
            return new Gap(n, key, before, after);
        }

        public override string ToString() => $"gap at {N}";
    }
}
