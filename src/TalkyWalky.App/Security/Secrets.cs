using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.App.Security;

/// <summary>256 random bits for tokens, cookies and keys, in the letters of base64url: fit for URLs, headers and subprotocols.</summary>
internal static class Secret
{
    private const int Size = 32;

    /// <summary>Characters of one.</summary>
    public const int Length = 43;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));

    /// <summary>What is kept of one. Hashes of the same length are compared in constant time whatever was presented.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static bool IsSame(byte[] hash, byte[] other) => CryptographicOperations.FixedTimeEquals(hash, other);
}
