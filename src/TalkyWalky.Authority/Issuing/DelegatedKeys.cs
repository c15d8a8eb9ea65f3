using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <param name="Certificate">DER.</param>
internal sealed record DelegatedKey(ECDsa Key, byte[] Certificate, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>Keys on P-256 that sign one kind of statement in the name of the issuing CAs, of each CA one. They live in memory only, each for as long as its certificate: at most a day.</summary>
/// <param name="life">Of a statement: its signer's certificate lasts longer.</param>
/// <param name="prepare">The certificate for a new key.</param>
internal sealed class DelegatedKeys(Issuance issuance, TimeProvider time, TimeSpan life, IssuanceCause cause, Func<IssuingCa, ECDsa, DateTimeOffset, IssuanceToken> prepare) : IDisposable
{
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Dictionary<Digest, DelegatedKey> _delegated = [];

    public async Task<DelegatedKey> OfAsync(IssuingCa issuer, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            // The clock may have been set back.
            if (_delegated.TryGetValue(issuer.KeyHash, out var known) && known.NotBefore <= now && now + life < known.NotAfter) return known;
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var issued = await issuance.IssueAsync(prepare(issuer, key, now), cause, cancellation);
            // The one before may be signing just now; it goes with the garbage.
            return _delegated[issuer.KeyHash] = new DelegatedKey(key, issued.Der, issued.NotBefore, issued.NotAfter);
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose()
    {
        foreach (var one in _delegated.Values) one.Key.Dispose();
        _changing.Dispose();
    }
}
