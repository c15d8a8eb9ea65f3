using System.Security.Cryptography;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>An RSA key of vectors/keys, shared by many devices: one uses it at a time.</summary>
internal sealed class PoolKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RSA _key = KeyPool.Shared.CreateRsa(3072);

    private PoolKey() => PublicHash = Digest.Sha256(_key.ExportSubjectPublicKeyInfo());

    public Digest PublicHash { get; }

    public static PoolKey[] All() => [.. Enumerable.Range(0, 90).Select(static _ => new PoolKey())];

    public T With<T>(Func<RSA, T> use)
    {
        lock (_gate) return use(_key);
    }

    public void Dispose() => _key.Dispose();
}
