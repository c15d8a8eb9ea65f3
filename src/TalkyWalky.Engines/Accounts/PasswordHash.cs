using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Engines.Accounts;

/// <summary>PBKDF2-SHA256 with its salt and its work. Never printed.</summary>
public sealed class PasswordHash(byte[] salt, byte[] hash, int iterations)
{
    private const int SaltSize = 16, HashSize = 32;

    public byte[] Salt { get; } = salt;

    public byte[] Hash { get; } = hash;

    public int Iterations { get; } = iterations;

    public static PasswordHash Create(string password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return new PasswordHash(salt, Derive(password, salt, iterations), iterations);
    }

    /// <summary>No password matches it, and finding that out takes as long as for a real one.</summary>
    public static PasswordHash Unmatched(int iterations) => new(new byte[SaltSize], [], iterations);

    public bool Matches(string password)
    {
        var derived = Derive(password, Salt, Iterations);
        var same = CryptographicOperations.FixedTimeEquals(derived, Hash);
        CryptographicOperations.ZeroMemory(derived);
        return same;
    }

    public override string ToString() => "PasswordHash(redacted)";

    private static byte[] Derive(string password, byte[] salt, int iterations)
    {
        // RFC 8265 §4.2.2: NFC, so that an é typed on another keyboard is the same é. Broken surrogates have no normal form.
        var bytes = Encoding.UTF8.GetBytes(IsWellFormed(password) ? password.Normalize(NormalizationForm.FormC) : password);
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, iterations, HashAlgorithmName.SHA256, HashSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != System.Buffers.OperationStatus.Done) return false;
            rest = rest[used..];
        }

        return true;
    }
}
