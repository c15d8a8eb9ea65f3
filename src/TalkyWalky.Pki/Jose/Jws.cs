using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// What a signature is for (docs/protocol.md section 6). Each is used for one thing; a token of one type never verifies as another.
/// </summary>
public sealed record JwsType(string Name, string Algorithm)
{
    public const string Ps256 = "PS256", Es256 = "ES256";

    /// <summary>The gateway handshake.</summary>
    public static readonly JwsType Session = new("tw-session", Ps256);

    /// <summary>A session grant.</summary>
    public static readonly JwsType Grant = new("tw-grant", Ps256);

    /// <summary>A request to get a grant's slice once more.</summary>
    public static readonly JwsType GrantRequest = new("tw-grant-request", Ps256);

    /// <summary>A commit of a room's ledger.</summary>
    public static readonly JwsType Commit = new("tw-commit", Ps256);

    /// <summary>One device lets another of the same person in.</summary>
    public static readonly JwsType Approval = new("tw-approval", Ps256);

    /// <summary>The name that a person wants to be shown by.</summary>
    public static readonly JwsType Profile = new("tw-profile", Ps256);

    /// <summary>What the authority says of a person's devices.</summary>
    public static readonly JwsType Introduction = new("tw-introduction", Es256) { HasCertificates = true };

    /// <summary>What the transparency log is at one time.</summary>
    public static readonly JwsType TreeHead = new("tw-tree-head", Es256);

    /// <summary>Which of a person's device lists is the newest.</summary>
    public static readonly JwsType UserHead = new("tw-user-head", Es256);

    /// <summary>Which key of the transparency log comes after this one.</summary>
    public static readonly JwsType LogKey = new("tw-log-key", Es256);

    /// <summary>An auditor found no fault in the transparency log.</summary>
    public static readonly JwsType LogAudit = new("tw-log-audit", Es256);

    /// <summary>One message, by its session's key.</summary>
    public static readonly JwsType Message = new("tw-body", Es256);

    /// <summary>One transient signal, by its session's key.</summary>
    public static readonly JwsType Signal = new("tw-signal-body", Es256);

    /// <summary>Signed with ECDSA on P-256; every other type with RSASSA-PSS.</summary>
    internal bool IsEs256 { get; } = string.Equals(Algorithm, Es256, StringComparison.Ordinal);

    /// <summary>The header carries the signer's certificates; else the key is known otherwise.</summary>
    internal bool HasCertificates { get; private init; } = !string.Equals(Algorithm, Es256, StringComparison.Ordinal);
}

/// <summary>
/// Compact JWS, strict (RFC 7515 §3.1, RFC 8725): fixed algorithms, <c>typ</c> required, members in the order alg, typ, x5c and no others,
/// accepted bytes re-encode identically.
/// </summary>
public sealed class Jws
{
    /// <summary>Characters of a PS256 token: four certificates and a body of some KiB.</summary>
    public const int MaxPs256 = 64 * 1024;

    /// <summary>Characters of an ES256 token, so that the message around it stays within <see cref="Limits.Payload"/>.</summary>
    public const int MaxEs256 = (Limits.Payload / 4 * 3) - 1024;

    private const int Es256Size = 64, MinRsaBits = 2048, MaxRsaBits = 4096;

    private readonly byte[] _signedHash;
    private readonly byte[] _signature;

    private Jws(JwsType type, byte[] payload, IReadOnlyList<ReadOnlyMemory<byte>> x5c, byte[] signedHash, byte[] signature)
    {
        Type = type;
        Payload = payload;
        X5c = x5c;
        _signedHash = signedHash;
        _signature = signature;
    }

    public JwsType Type { get; }

    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>DER certificates, leaf first. Candidates only: the pinned root decides. Empty for types that carry none.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> X5c { get; }

    /// <summary>ASCII bytes of the compact serialisation. RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518 §3.5).</summary>
    /// <param name="key">RSA of 2048 to 4096 bits.</param>
    /// <param name="x5c">DER, leaf first; one to four certificates of at most 8 KiB.</param>
    /// <exception cref="ArgumentException">The type takes another algorithm, or a limit is passed.</exception>
    public static byte[] Sign(JwsType type, RSA key, ReadOnlySpan<byte> payload, IReadOnlyList<ReadOnlyMemory<byte>> x5c)
    {
        if (type.IsEs256) throw new ArgumentException($"{type.Name} is not signed with RSA", nameof(type));
        if (key.KeySize is < MinRsaBits or > MaxRsaBits) throw new ArgumentException("an RSA key here has 2048 to 4096 bits", nameof(key));
        var compact = Prepare(HeaderWith(type, x5c), payload, (key.KeySize + 7) / 8, MaxPs256, out var signed);
        var signature = key.SignData(compact.AsSpan(0, signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        StrictBase64Url.Encode(signature, compact.AsSpan(signed + 1));
        return compact;
    }

    /// <summary>ASCII bytes of the compact serialisation. The signature is r and s, 32 bytes each (RFC 7518 §3.4).</summary>
    /// <param name="key">On P-256.</param>
    /// <param name="x5c">For a type that carries certificates: as for RSA.</param>
    /// <exception cref="ArgumentException">The type takes another algorithm or certificates, or a limit is passed.</exception>
    public static byte[] Sign(JwsType type, ECDsa key, ReadOnlySpan<byte> payload, IReadOnlyList<ReadOnlyMemory<byte>>? x5c = null)
    {
        if (!type.IsEs256) throw new ArgumentException($"{type.Name} is not signed with ECDSA", nameof(type));
        if (type.HasCertificates == x5c is null) throw new ArgumentException($"{type.Name} carries {(type.HasCertificates ? "certificates" : "no certificates")}", nameof(x5c));
        var compact = Prepare(x5c is null ? JwsHeader.Encode(type) : HeaderWith(type, x5c), payload, Es256Size, MaxEs256, out var signed);
        Span<byte> signature = stackalloc byte[Es256Size];
        if (key.SignData(compact.AsSpan(0, signed), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) != Es256Size)
            throw new ArgumentException("ES256 takes a key on P-256", nameof(key));
        StrictBase64Url.Encode(signature, compact.AsSpan(signed + 1));
        return compact;
    }

    /// <summary>Parses and bounds, verifies nothing. Null for anything that is not exactly a token of this type.</summary>
    public static Jws? TryParse(JwsType type, ReadOnlySpan<byte> compact)
    {
        if (compact.Length > (type.IsEs256 ? MaxEs256 : MaxPs256)) return null;
        var first = compact.IndexOf((byte)'.');
        var last = compact.LastIndexOf((byte)'.');
        if (first < 0 || last == first) return null;
        if (JwsHeader.TryParse(type, compact[..first]) is not { } x5c) return null;
        if (StrictBase64Url.TryDecode(compact[(last + 1)..]) is not { } signature || !IsSignatureSize(type, signature.Length)) return null;
        if (StrictBase64Url.TryDecode(compact[(first + 1)..last]) is not { } payload) return null;
        return new Jws(type, payload, x5c, SHA256.HashData(compact[..last]), signature);
    }

    /// <summary>False for a key of another kind or size than the type's algorithm takes.</summary>
    public bool Verify(RSA key) =>
        !Type.IsEs256
        && key.KeySize is >= MinRsaBits and <= MaxRsaBits
        && _signature.Length == (key.KeySize + 7) / 8
        && key.VerifyHash(_signedHash, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    /// <summary>False for a key of another kind or size than the type's algorithm takes.</summary>
    public bool Verify(ECDsa key) =>
        Type.IsEs256
        && key.KeySize == 256
        && key.VerifyHash(_signedHash, _signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The device whose verified identity signed this; null when the first certificate is none, or the signature is not its own.</summary>
    /// <param name="candidates">DER, beside those in the token.</param>
    public VerifiedDevice? TryVerifyDevice(TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, DateTimeOffset at)
    {
        if (X5c.Count == 0 || DeviceCertificates.Verify(X5c[0], [.. X5c.Skip(1), .. candidates], anchor, DeviceKeyUse.Identity, at) is not DeviceVerification.Verified { Device: var device })
            return null;
        using var key = device.LoadPublicKey();
        return Verify(key) ? device : null;
    }

    /// <summary>Zeroes the payload: for a token that carried a secret, once that is read.</summary>
    public void Erase() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(Payload).Span);

    private static byte[] HeaderWith(JwsType type, IReadOnlyList<ReadOnlyMemory<byte>> x5c) =>
        x5c.Count is 0 or > JwsHeader.MaxCertificates || x5c.Any(static der => der.Length is 0 or > JwsHeader.MaxCertificate)
            ? throw new ArgumentException("x5c holds one to four certificates of at most 8 KiB", nameof(x5c))
            : JwsHeader.Encode(type, x5c);

    private static bool IsSignatureSize(JwsType type, int size) =>
        type.IsEs256 ? size == Es256Size : size is >= MinRsaBits / 8 and <= MaxRsaBits / 8;

    /// <summary>The token with room for its signature behind the second dot.</summary>
    /// <param name="header">Encoded.</param>
    private static byte[] Prepare(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, int signatureSize, int max, out int signed)
    {
        signed = header.Length + 1 + StrictBase64Url.EncodedLength(payload.Length);
        var length = signed + 1 + StrictBase64Url.EncodedLength(signatureSize);
        if (length > max) throw new ArgumentException($"the token would have {length} characters; at most {max} are allowed", nameof(payload));
        var compact = new byte[length];
        header.CopyTo(compact);
        compact[header.Length] = (byte)'.';
        StrictBase64Url.Encode(payload, compact.AsSpan(header.Length + 1));
        compact[signed] = (byte)'.';
        return compact;
    }
}
