using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Client.Store;

/// <param name="Salt">16 bytes, PBKDF2.</param>
/// <param name="Wrapped">The data key under the passphrase's key: nonce 12, ciphertext 32, tag 16.</param>
internal sealed record VaultHeader(byte[] Salt, int Iterations, byte[] Wrapped);

/// <summary>
/// Encrypts what a profile holds (docs/protocol.md section 10). A random data key is wrapped by the passphrase's key, so a new passphrase rewrites 60 bytes.
/// Each value is bound to its table, column and row: moving one elsewhere is noticed.
/// </summary>
internal sealed class Vault : IDisposable
{
    private const int KeySize = 32, NonceSize = 12, TagSize = 16, SaltSize = 16;
    private const int Iterations = 600_000, MaxIterations = 20_000_000;

    private readonly AesGcm _cipher;

    private Vault(ReadOnlySpan<byte> dataKey)
    {
        Span<byte> key = stackalloc byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, key, salt: [], "talkywalky/profile/rows/v1"u8);
        _cipher = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
    }

    public static (Vault Vault, VaultHeader Header) Create(string passphrase)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        Span<byte> dataKey = stackalloc byte[KeySize];
        RandomNumberGenerator.Fill(dataKey);
        using var wrapper = Wrapper(passphrase, salt, Iterations);
        var header = new VaultHeader(salt, Iterations, Encrypt(wrapper, dataKey, WrapLabel));
        var vault = new Vault(dataKey);
        CryptographicOperations.ZeroMemory(dataKey);
        return (vault, header);
    }

    /// <summary>Null when the passphrase is wrong. Costs 600,000 rounds of SHA-256, about a quarter of a second.</summary>
    /// <exception cref="ProfileDamagedException">The header is not one that this program wrote.</exception>
    public static Vault? Unlock(VaultHeader header, string passphrase)
    {
        if (header.Salt.Length != SaltSize || header.Iterations is < Iterations or > MaxIterations || header.Wrapped.Length != NonceSize + KeySize + TagSize)
            throw new ProfileDamagedException("the key header has the wrong shape");
        using var wrapper = Wrapper(passphrase, header.Salt, header.Iterations);
        byte[]? dataKey = null;
        try
        {
            dataKey = Decrypt(wrapper, header.Wrapped, WrapLabel);
            return new Vault(dataKey);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    public byte[] Seal(string column, ReadOnlySpan<byte> row, ReadOnlySpan<byte> plain) => Encrypt(_cipher, plain, Place(column, row));

    /// <exception cref="ProfileDamagedException">The value was changed, cut or moved.</exception>
    public byte[] Open(string column, ReadOnlySpan<byte> row, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length < NonceSize + TagSize) throw new ProfileDamagedException($"a value in {column} is cut off");
        try
        {
            return Decrypt(_cipher, sealedValue, Place(column, row));
        }
        catch (AuthenticationTagMismatchException failure)
        {
            throw new ProfileDamagedException($"a value in {column} was changed", failure);
        }
    }

    public void Dispose() => _cipher.Dispose();

    private static ReadOnlySpan<byte> WrapLabel => "talkywalky/profile/wrap/v1"u8;

    private static AesGcm Wrapper(string passphrase, byte[] salt, int iterations)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, iterations, HashAlgorithmName.SHA256);
        var cipher = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    // Length-prefixed, so that no two places share their bytes.
    private static byte[] Place(string column, ReadOnlySpan<byte> row)
    {
        var name = Encoding.ASCII.GetByteCount(column);
        var place = new byte[4 + name + row.Length];
        BinaryPrimitives.WriteInt32BigEndian(place, name);
        Encoding.ASCII.GetBytes(column, place.AsSpan(4));
        row.CopyTo(place.AsSpan(4 + name));
        return place;
    }

    private static byte[] Encrypt(AesGcm cipher, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> place)
    {
        var all = new byte[NonceSize + plain.Length + TagSize];
        var nonce = all.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        cipher.Encrypt(nonce, plain, all.AsSpan(NonceSize, plain.Length), all.AsSpan(NonceSize + plain.Length), place);
        return all;
    }

    private static byte[] Decrypt(AesGcm cipher, ReadOnlySpan<byte> all, ReadOnlySpan<byte> place)
    {
        var plain = new byte[all.Length - NonceSize - TagSize];
        cipher.Decrypt(all[..NonceSize], all.Slice(NonceSize, plain.Length), all[^TagSize..], plain, place);
        return plain;
    }
}

/// <summary>The profile's files do not hold what this program wrote there.</summary>
internal sealed class ProfileDamagedException : Exception
{
    public ProfileDamagedException(string message) : base(message) { }

    public ProfileDamagedException(string message, Exception inner) : base(message, inner) { }
}
