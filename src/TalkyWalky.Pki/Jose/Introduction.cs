using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// What the authority says of a person's devices to somebody who will meet them without a server (docs/protocol.md section 9): JWS of type <see cref="JwsType.Introduction"/> over
/// canonical JSON, by a key for which an issuing CA made a certificate of the profile <see cref="CertificateProfiles.Introducer"/>.
/// </summary>
/// <param name="Nonce">32 random bytes of who asked, so that no older answer passes for this one.</param>
/// <param name="To">Who asked.</param>
/// <param name="User">Who is introduced.</param>
/// <param name="Username">As the directory has it.</param>
/// <param name="Certificates">SHA-256 of each certificate that this person's devices use and that is not revoked, identity and encryption; rising.</param>
/// <param name="Time">The authority's clock, whole milliseconds: what was issued later is not named.</param>
/// <param name="Expires">Until then it is as good as asking.</param>
public sealed record Introduction(
    Digest Nonce, UserId To, DeviceId Device, UserId User, string Username, IReadOnlyList<Digest> Certificates, DateTimeOffset Time, DateTimeOffset Expires)
{
    /// <summary>Characters: 256 certificates are named by 17,000 bytes, the signer's own and its CA's take 5,000.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>A hundred devices and more.</summary>
    public const int MaxCertificates = 256;

    /// <summary>How far the clock of who asked may be behind.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(1);

    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The compact JWS.</summary>
    /// <param name="key">On P-256.</param>
    /// <param name="chain">DER: the key's certificate, then its issuing CA's.</param>
    public byte[] Sign(ECDsa key, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        using var json = new CanonicalJsonWriter(1024);
        json.Raw("{\"v\":1,\"nonce\":"u8).Base64Url(Nonce.ToArray()).Raw(",\"to\":"u8).String(To.ToString()).Raw(",\"device\":"u8).String(Device.ToString());
        json.Raw(",\"user\":"u8).String(User.ToString()).Raw(",\"username\":"u8).String(Username).Raw(",\"certificates\":["u8);
        for (var i = 0; i < Certificates.Count; i++) json.Raw(i == 0 ? default : ","u8).String(Certificates[i].ToString());
        json.Raw("],\"time\":"u8).Number(Time.ToUnixTimeMilliseconds()).Raw(",\"expires\":"u8).Number(Expires.ToUnixTimeMilliseconds()).Raw("}"u8);
        return Jws.Sign(JwsType.Introduction, key, json.Written, chain);
    }

    /// <summary>The introduction if the authority signed it. The signer's certificate is judged at the introduction's own time, which <see cref="Answers"/> compares with the clock.</summary>
    /// <param name="candidates">DER, beside those in the token.</param>
    public static Introduction? TryVerify(ReadOnlySpan<byte> compact, TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates)
    {
        if (compact.Length > MaxSize || Jws.TryParse(JwsType.Introduction, compact) is not { } token || TryRead(token.Payload.Span) is not { } introduction) return null;
        if (ParsedCertificate.TryParse(token.X5c[0]) is not { } signer) return null;
        if (CertificatePath.Check(signer, CertificateProfiles.Introducer, [.. token.X5c.Skip(1), .. candidates], anchor, introduction.Time, out _) is not null) return null;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(signer.Key.Info.Span, out _);
        return token.Verify(key) ? introduction : null;
    }

    /// <summary>It is what was asked for just now: of this person, to this device, with this nonce.</summary>
    /// <param name="username">Who was asked for, where the id was not known.</param>
    public bool Answers(Digest nonce, UserId to, DeviceId device, UserId? user, string username, DateTimeOffset now) =>
        Nonce == nonce && To == to && Device == device
        && (user is { } id ? User == id : string.Equals(Username, username, StringComparison.OrdinalIgnoreCase))
        && Time <= now + Skew && now < Expires;

    /// <summary>
    /// The certificate is named, or was issued afterwards: notBefore lies <see cref="CertificateProfiles.Backdate"/> before the moment of issue, cut to the second.
    /// </summary>
    public bool Allows(VerifiedDevice certificate) =>
        certificate.User == User
        && (Certificates.Contains(certificate.CertificateHash) || certificate.NotBefore + CertificateProfiles.Backdate > Time - TimeSpan.FromSeconds(1));

    private static Introduction? TryRead(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        Span<byte> nonce = stackalloc byte[Digest.Size];
        return reader.Literal("{\"v\":1,\"nonce\":"u8)
            && reader.Base64Url(nonce) && Digest.TryRead(nonce, out var nonceRead)
            && reader.Literal(",\"to\":"u8)
            && reader.String(36, out var toText) && UserId.TryParse(toText, out var to)
            && reader.Literal(",\"device\":"u8)
            && reader.String(32, out var deviceText) && DeviceId.TryParse(deviceText, out var device)
            && reader.Literal(",\"user\":"u8)
            && reader.String(36, out var userText) && UserId.TryParse(userText, out var user)
            && reader.Literal(",\"username\":"u8)
            && reader.String(4 * Limits.DirectoryUsernameMax, out var username)
            && reader.Literal(",\"certificates\":["u8)
            && ReadCertificates(ref reader) is { } certificates
            && reader.Literal("],\"time\":"u8)
            && reader.Number(MaxTime, out var time)
            && reader.Literal(",\"expires\":"u8)
            && reader.Number(MaxTime, out var expires) && expires >= time && expires - time <= MaxLife.TotalMilliseconds
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new Introduction(nonceRead, to, device, user, username, certificates, DateTimeOffset.FromUnixTimeMilliseconds(time), DateTimeOffset.FromUnixTimeMilliseconds(expires))
                : null;
    }

    private static List<Digest>? ReadCertificates(ref CanonicalJsonReader reader)
    {
        var certificates = new List<Digest>();
        while (reader.String(2 * Digest.Size, out var text))
        {
            if (certificates.Count == MaxCertificates || !Digest.TryParse(text, out var hash) || (certificates is [.., var last] && hash.CompareTo(last) <= 0)) return null;
            certificates.Add(hash);
            if (!reader.Literal(","u8)) return certificates;
        }

        // None at all; after a comma there is one.
        return certificates.Count == 0 ? certificates : null;
    }
}
