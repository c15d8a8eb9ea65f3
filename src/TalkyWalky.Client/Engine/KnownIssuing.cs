namespace TalkyWalky.Client.Engine;

/// <summary>The issuing CAs that one connection knows: of the profile, of the welcome, and what is learnt meanwhile. None is trusted for being here.</summary>
internal sealed class KnownIssuing(IReadOnlyList<ReadOnlyMemory<byte>> first)
{
    private volatile IReadOnlyList<ReadOnlyMemory<byte>> _all = first;

    /// <summary>DER, candidates for path building.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> All => _all;

    public void Learn(IEnumerable<byte[]> issuing) => _all = [.. issuing, .. _all.Take(MaxBefore)];

    private const int MaxBefore = 8;
}
