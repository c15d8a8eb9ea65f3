using System.Collections.Concurrent;
using System.Security.Cryptography;
using TalkyWalky.Pki;

namespace TalkyWalky.Testing;

/// <summary>RSA keys from vectors/keys, so that tests do not spend a second on each. Anyone has them: they protect nothing.</summary>
public sealed class KeyPool : IKeySource
{
    private static readonly ConcurrentDictionary<int, string[]> Files = new();
    private int _next;

    public static KeyPool Shared { get; } = new();

    public RSA CreateRsa(int bits)
    {
        var files = Files.GetOrAdd(bits, static size => Directory.GetFiles(Path.Combine(Repository.Root, "vectors", "keys"), $"rsa{size}-*.pem").Order(StringComparer.Ordinal).ToArray());
        if (files.Length == 0) throw new InvalidOperationException($"vectors/keys has no RSA-{bits} key");
        var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(files[(Interlocked.Increment(ref _next) - 1) % files.Length]));
        return key;
    }
}
