using System.Security.Cryptography;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// What a device signs to let another device of the same person in (docs/protocol.md section 2.7): JWS of type <see cref="JwsType.Approval"/> over canonical JSON.
/// </summary>
/// <param name="KeyHash">SHA-256 of the new device's identity SubjectPublicKeyInfo: what is let in is this key, whatever the server calls it.</param>
/// <param name="Time">The approving device's clock, whole milliseconds.</param>
public sealed record DeviceApproval(UserId User, DeviceId Device, Digest KeyHash, DateTimeOffset Time)
{
    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The compact JWS.</summary>
    public byte[] Sign(VerifiedDevice identity, RSA key, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        using var json = new CanonicalJsonWriter(256);
        json.Raw("{\"v\":1,\"user\":"u8).String(User.ToString()).Raw(",\"device\":"u8).String(Device.ToString());
        json.Raw(",\"key\":"u8).String(KeyHash.ToString()).Raw(",\"time\":"u8).Number(Time.ToUnixTimeMilliseconds()).Raw("}"u8);
        return Jws.Sign(JwsType.Approval, key, json.Written, [identity.Der, .. chain]);
    }

    /// <summary>The approval and the device that signed it; null unless a verified identity of the same person did.</summary>
    /// <param name="at">The certificate is judged at this time; null for an approval that was given before: at the approval's own.</param>
    public static (DeviceApproval Approval, VerifiedDevice Signer)? TryVerify(
        ReadOnlySpan<byte> compact, TrustAnchor anchor, IReadOnlyCollection<ReadOnlyMemory<byte>> candidates, DateTimeOffset? at)
    {
        if (Jws.TryParse(JwsType.Approval, compact) is not { } token || TryRead(token.Payload.Span) is not { } approval) return null;
        return token.TryVerifyDevice(anchor, candidates, at ?? approval.Time) is { } signer && signer.User == approval.User && signer.Device != approval.Device ? (approval, signer) : null;
    }

    private static DeviceApproval? TryRead(ReadOnlySpan<byte> text)
    {
        var reader = new CanonicalJsonReader(text);
        return reader.Literal("{\"v\":1,\"user\":"u8)
            && reader.String(36, out var userText) && UserId.TryParse(userText, out var user)
            && reader.Literal(",\"device\":"u8)
            && reader.String(32, out var deviceText) && DeviceId.TryParse(deviceText, out var device)
            && reader.Literal(",\"key\":"u8)
            && reader.String(64, out var keyText) && Digest.TryParse(keyText, out var key)
            && reader.Literal(",\"time\":"u8)
            && reader.Number(MaxTime, out var time)
            && reader.Literal("}"u8)
            && reader.AtEnd
                ? new DeviceApproval(user, device, key, DateTimeOffset.FromUnixTimeMilliseconds(time))
                : null;
    }
}
