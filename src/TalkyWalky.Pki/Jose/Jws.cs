using System.Security.Cryptography;

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

    /// <summary>One message, by its session's key.</summary>
    public static readonly JwsType Message = new("tw-body", Es256);
}

/// <summary>
/// Compact JWS, strict (RFC 7515 §3.1, RFC 8725): fixed algorithms, <c>typ</c> required, members in the order alg, typ, x5c and no others,
/// accepted bytes re-encode identically.
/// </summary>
public sealed class Jws
{
    private Jws(JwsType type, byte[] payload, IReadOnlyList<ReadOnlyMemory<byte>> x5c)
    {
        Type = type;
        Payload = payload;
        X5c = x5c;
    }

    public JwsType Type { get; }

    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>DER certificates, leaf first. Candidates only: the pinned root decides. Empty for ES256 types.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> X5c { get; }

    /// <summary>ASCII bytes of the compact serialisation.</summary>
    /// <param name="x5c">DER, leaf first.</param>
    public static byte[] Sign(JwsType type, RSA key, ReadOnlySpan<byte> payload, IReadOnlyList<ReadOnlyMemory<byte>> x5c) => throw new NotSupportedException();

    public static byte[] Sign(JwsType type, ECDsa key, ReadOnlySpan<byte> payload) => throw new NotSupportedException();

    /// <summary>Parses and bounds, verifies nothing. Null for anything that is not exactly a token of this type.</summary>
    public static Jws? TryParse(JwsType type, ReadOnlySpan<byte> compact) => throw new NotSupportedException();

    public bool Verify(RSA key) => throw new NotSupportedException();

    public bool Verify(ECDsa key) => throw new NotSupportedException();
}
