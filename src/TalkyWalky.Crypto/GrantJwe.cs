using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Crypto;

/// <summary>The encryption around a grant: A256GCM under a content key that RSA-OAEP-256 wraps for each device (RFC 7518 §4.3, §5.3).</summary>
internal static class GrantJwe
{
    /// <summary>Characters of the shared payload: a PS256 token in base64url, and a little.</summary>
    public const int MaxPayload = (Jws.MaxPs256 / 3 * 4) + 256;

    /// <summary>From so many recipients on, all cores wrap: some 0.04 ms each, and 0.1 ms more the first time.</summary>
    private const int ManyDevices = 32;

    private const int KeySize = 32;

    private static readonly byte[] Header = Encoding.ASCII.GetBytes("""{"alg":"RSA-OAEP-256","enc":"A256GCM","typ":"tw-grant"}""");
    private static readonly byte[] EncodedHeader = Encoded(Header);

    /// <summary>The shared payload and, in their order, what each device gets.</summary>
    public static (byte[] Payload, byte[][] EncryptedKeys) Seal(ReadOnlySpan<byte> plaintext, IReadOnlyList<VerifiedDevice> devices)
    {
        var contentKey = RandomNumberGenerator.GetBytes(KeySize);
        var payload = CompactJwe.Seal(Header, contentKey, plaintext);
        var encryptedKeys = new byte[devices.Count][];
        if (devices.Count < ManyDevices)
        {
            for (var i = 0; i < encryptedKeys.Length; i++) Wrap(i);
        }
        else
        {
            Parallel.For(0, encryptedKeys.Length, Wrap);
        }

        CryptographicOperations.ZeroMemory(contentKey);
        return (payload, encryptedKeys);

        void Wrap(int i) => encryptedKeys[i] = devices[i].Wrap(contentKey);
    }

    /// <summary>False for what no key would open: checked before any key is used.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> payload, out CompactJwe jwe) =>
        CompactJwe.TrySplit(payload, MaxPayload, out jwe) && jwe.EncryptedKey.IsEmpty && jwe.Header.SequenceEqual(EncodedHeader);

    /// <summary>The plaintext, the caller's to zero; null when this key does not open it, for whatever cause.</summary>
    public static byte[]? TryOpen(CompactJwe jwe, ReadOnlySpan<byte> encryptedKey, RSA key)
    {
        // RFC 7516 §11.5: a random key first, used after a failed unwrap and after one of another length, so that both end in the same tag mismatch.
        Span<byte> contentKey = stackalloc byte[KeySize];
        RandomNumberGenerator.Fill(contentKey);
        if (TryUnwrap(key, encryptedKey) is { } unwrapped)
        {
            if (unwrapped.Length == KeySize) unwrapped.CopyTo(contentKey);
            CryptographicOperations.ZeroMemory(unwrapped);
        }

        var plaintext = jwe.TryOpen(contentKey);
        CryptographicOperations.ZeroMemory(contentKey);
        return plaintext;
    }

    private static byte[]? TryUnwrap(RSA key, ReadOnlySpan<byte> encryptedKey)
    {
        try
        {
            return key.Decrypt(encryptedKey, RSAEncryptionPadding.OaepSHA256);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Encoded(ReadOnlySpan<byte> header)
    {
        var encoded = new byte[StrictBase64Url.EncodedLength(header.Length)];
        StrictBase64Url.Encode(header, encoded);
        return encoded;
    }
}
