using System.Text.Json;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Status;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Receive;

/// <summary>
/// The question for a grant that did not come: a JWS of type tw-grant-request by the identity key over {sid, device, time}. The answer is the original slice, which
/// only the device it was made for can open, so a request gains nobody else anything.
/// </summary>
internal static class GrantRequests
{
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(30) + TimeSpan.FromHours(1);

    public static byte[] Make(SessionId session, Credentials credentials, DateTimeOffset now)
    {
        var body = new GrantRequestBody(session.ToString(), credentials.Identity.Device.ToString(), now.ToUnixTimeMilliseconds());
        using var key = credentials.OpenIdentityKey();
        return Jws.Sign(
            JwsType.GrantRequest, key, JsonSerializer.SerializeToUtf8Bytes(body, ClientJson.Default.GrantRequestBody), [credentials.Identity.Der, .. credentials.Chain]);
    }

    /// <summary>The session asked for, if the device that sent the request signed it, and the certificate that it signed by.</summary>
    public static (SessionId? Session, CertificateName Asker, string? Why) Verify(
        ReadOnlyMemory<byte> compact, DeviceId fromDevice, UserId fromUser, TrustAnchor anchor, IReadOnlyList<ReadOnlyMemory<byte>> issuing, DateTimeOffset now)
    {
        if (Jws.TryParse(JwsType.GrantRequest, compact.Span) is not { X5c.Count: > 0 } token || Read(token.Payload.Span) is not { } body) return (null, default, "malformed");
        if (DeviceCertificates.Verify(token.X5c[0], [.. token.X5c.Skip(1), .. issuing], anchor, DeviceKeyUse.Identity, now) is not DeviceVerification.Verified verified)
            return (null, default, "sender not verified");
        using var key = verified.Device.LoadPublicKey();
        if (!token.Verify(key)) return (null, default, "not authentic");
        if (verified.Device.Device != fromDevice || verified.Device.User != fromUser || !string.Equals(body.Device, fromDevice.ToString(), StringComparison.Ordinal))
            return (null, default, "sent by another device than its author");
        // It may have waited in a mailbox for as long as one keeps anything.
        if (Math.Abs(now.ToUnixTimeMilliseconds() - body.Time) > Fresh.TotalMilliseconds) return (null, default, "too old");
        return Digest.TryParse(body.Sid, out var session) ? (new SessionId(session), CertificateName.Of(verified.Device), null) : (null, default, "malformed");
    }

    // Only the exact bytes that Make writes: a strict reader has nothing to disagree about.
    private static GrantRequestBody? Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > 512) return null;
        try
        {
            var body = JsonSerializer.Deserialize(json, ClientJson.Default.GrantRequestBody);
            return body is { Sid: not null, Device: not null } && json.SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(body, ClientJson.Default.GrantRequestBody))
                ? body
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
