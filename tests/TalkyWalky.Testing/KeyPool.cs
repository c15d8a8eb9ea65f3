using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;
using TalkyWalky.Pki;

namespace TalkyWalky.Testing;

/// <summary>
/// RSA keys from vectors/keys, so that tests do not spend a second on each. Anyone has them: they protect nothing. A server enrols no key twice, so they do not come round soon:
/// after the keys of the files come those of one file's prime and another's, 97 x 97 of RSA-3072.
/// </summary>
public sealed class KeyPool : IKeySource
{
    private static readonly ConcurrentDictionary<int, RSAParameters[]> Files = new();
    private static readonly BigInteger Exponent = 65537;
    private int _next;

    public static KeyPool Shared { get; } = new();

    public RSA CreateRsa(int bits)
    {
        var files = Files.GetOrAdd(bits, Read);
        var (round, place) = Math.DivRem(Interlocked.Increment(ref _next) - 1, files.Length);
        return RSA.Create(round % files.Length == 0 ? files[place] : Combine(files[place].P!, files[(place + round) % files.Length].Q!, bits));
    }

    private static RSAParameters[] Read(int bits)
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "vectors", "keys"), $"rsa{bits}-*.pem").Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0 ? [.. files.Select(ReadFile)] : throw new InvalidOperationException($"vectors/keys has no RSA-{bits} key");
    }

    private static RSAParameters ReadFile(string file)
    {
        using var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return key.ExportParameters(includePrivateParameters: true);
    }

    private static RSAParameters Combine(byte[] first, byte[] second, int bits)
    {
        var (p, q) = (Number(first), Number(second));
        var phi = (p - 1) * (q - 1);
        // The exponent e is prime, so phi^(e-2) is the inverse of phi modulo e, and d = (k * phi + 1) / e is whole for k = -1/phi.
        var d = ((Exponent - BigInteger.ModPow(phi, Exponent - 2, Exponent)) * phi + 1) / Exponent;
        return new RSAParameters
        {
            Modulus = Bytes(p * q, bits),
            Exponent = [1, 0, 1],
            D = Bytes(d, bits),
            P = first,
            Q = second,
            DP = Bytes(d % (p - 1), bits / 2),
            DQ = Bytes(d % (q - 1), bits / 2),
            InverseQ = Bytes(BigInteger.ModPow(q, p - 2, p), bits / 2),
        };
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int bits)
    {
        var bytes = new byte[bits / 8];
        var length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(bytes.AsSpan(bytes.Length - length), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
