using System.Security.Cryptography;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Crypto;

/// <summary>The five parts of a compact JWE with A256GCM (RFC 7516 §3.1, RFC 7518 §5.3), still encoded.</summary>
internal readonly ref struct CompactJwe
{
    public const int IvSize = 12, TagSize = 16;

    private const int IvLength = 16, TagLength = 22;

    private CompactJwe(ReadOnlySpan<byte> header, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag)
    {
        Header = header;
        EncryptedKey = key;
        Iv = iv;
        Ciphertext = ciphertext;
        Tag = tag;
    }

    /// <summary>Also the additional authenticated data, as it stands (RFC 7516 §5.1 step 14).</summary>
    public ReadOnlySpan<byte> Header { get; }

    public ReadOnlySpan<byte> EncryptedKey { get; }

    public ReadOnlySpan<byte> Iv { get; }

    public ReadOnlySpan<byte> Ciphertext { get; }

    public ReadOnlySpan<byte> Tag { get; }

    /// <summary>Splits and bounds; decodes nothing. The second part may be empty: with "dir", and in a grant's shared payload.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> compact, int maxLength, out CompactJwe jwe)
    {
        jwe = default;
        if (compact.Length > maxLength) return false;
        Span<Range> parts = stackalloc Range[6];
        var splitter = compact.Split((byte)'.');
        var count = 0;
        while (splitter.MoveNext())
        {
            if (count == 5) return false;
            parts[count++] = splitter.Current;
        }

        if (count != 5) return false;
        jwe = new CompactJwe(compact[parts[0]], compact[parts[1]], compact[parts[2]], compact[parts[3]], compact[parts[4]]);
        return jwe.Iv.Length == IvLength && jwe.Tag.Length == TagLength;
    }

    /// <summary><c>header..iv.ciphertext.tag</c> under a fresh random iv.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> header, ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext)
    {
        var headerLength = StrictBase64Url.EncodedLength(header.Length);
        var cipherLength = StrictBase64Url.EncodedLength(plaintext.Length);
        var compact = new byte[headerLength + 2 + IvLength + 1 + cipherLength + 1 + TagLength];
        compact.AsSpan().Fill((byte)'.');
        StrictBase64Url.Encode(header, compact);

        Span<byte> iv = stackalloc byte[IvSize];
        Span<byte> tag = stackalloc byte[TagSize];
        RandomNumberGenerator.Fill(iv);
        var ciphertext = new byte[plaintext.Length];
        using var gcm = new AesGcm(key, TagSize);
        gcm.Encrypt(iv, plaintext, ciphertext, tag, compact.AsSpan(0, headerLength));

        var at = headerLength + 2;
        StrictBase64Url.Encode(iv, compact.AsSpan(at));
        StrictBase64Url.Encode(ciphertext, compact.AsSpan(at + IvLength + 1));
        StrictBase64Url.Encode(tag, compact.AsSpan(at + IvLength + 1 + cipherLength + 1));
        return compact;
    }

    /// <summary>The plaintext, the caller's to zero; null when anything is not canonical or not authentic.</summary>
    public byte[]? TryOpen(ReadOnlySpan<byte> key)
    {
        Span<byte> iv = stackalloc byte[IvSize];
        Span<byte> tag = stackalloc byte[TagSize];
        if (!StrictBase64Url.TryDecode(Iv, iv) || !StrictBase64Url.TryDecode(Tag, tag)) return null;
        if (StrictBase64Url.TryDecode(Ciphertext) is not { } text) return null;
        using var gcm = new AesGcm(key, TagSize);
        try
        {
            gcm.Decrypt(iv, text, tag, text, Header);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
