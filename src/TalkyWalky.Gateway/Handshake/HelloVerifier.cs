using System.Security.Cryptography;
using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Handshake;

/// <summary>
/// Checks a device's proof (docs/protocol.md section 7): first what it says, then who signed it, and only for a proven device what the engines know,
/// so that a stranger costs no look-up and learns nothing of accounts.
/// </summary>
internal sealed class HelloVerifier(GatewayOptions options, IDirectory directory, IStore store, TimeProvider time)
{
    public ServerFrame NewChallenge(out ReadOnlyMemory<byte> nonce)
    {
        var bytes = RandomNumberGenerator.GetBytes(SessionProof.NonceSize);
        nonce = bytes;
        return new ServerFrame
        {
            Challenge = new Challenge
            {
                Nonce = UnsafeByteOperations.UnsafeWrap(bytes),
                ServerTime = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Versions = { Limits.ProtocolVersion },
            },
        };
    }

    public async Task<Admission> VerifyAsync(Hello hello, ReadOnlyMemory<byte> nonce, CancellationToken cancellation)
    {
        if (Jws.TryParse(JwsType.Session, hello.Proof.Span) is not { X5c.Count: > 0 } token || SessionProof.TryDecode(token.Payload.Span) is not { } proof)
            return new Admission.Refused(CloseCode.Malformed, "the hello is not a session proof; update this program");
        return CheckWords(proof, nonce.Span) ?? CheckSigner(token, proof, out var device) ?? await CheckRecordsAsync(device!, proof, cancellation);
    }

    private Admission.Refused? CheckWords(SessionProof proof, ReadOnlySpan<byte> nonce)
    {
        var now = time.GetUtcNow();
        if (!proof.Versions.Contains(Limits.ProtocolVersion))
            return new Admission.Refused(CloseCode.Version, $"this server speaks protocol version {Limits.ProtocolVersion}; update this program");
        if (proof.Root != options.Anchor.Hash)
            return Refuse("this server belongs to another organisation than the one you joined; use that one's join link");
        if (!options.Hosts.Contains(proof.Host))
            return Refuse($"this server is not {proof.Host}; use an address that its certificate names");
        if (!CryptographicOperations.FixedTimeEquals(proof.Nonce.Span, nonce))
            return Refuse("the proof answers another challenge; connect again");
        if (proof.Tls != options.CertificateHash())
            return Refuse("the TLS connection does not end at this server: a proxy in between must pass TLS through; else connect again");
        if ((proof.Time - now).Duration() > GatewayTimes.ClockSkew)
            return Refuse($"this device's clock says {Minutes(proof.Time)}, the server's {Minutes(now)} (UTC); set the wrong one right");
        return null;
    }

    private Admission.Refused? CheckSigner(Jws token, SessionProof proof, out VerifiedDevice? device)
    {
        device = null;
        ReadOnlyMemory<byte>[] candidates = [.. token.X5c.Skip(1), .. options.IssuingCertificates()];
        var verification = DeviceCertificates.Verify(token.X5c[0], candidates, options.Anchor, DeviceKeyUse.Identity, time.GetUtcNow());
        if (verification is not DeviceVerification.Verified verified)
        {
            var reason = verification is DeviceVerification.Refused refused ? refused.Reason : "it was not verified";
            return Refuse($"the device's certificate is refused: {reason}");
        }

        device = verified.Device;
        using var key = device.LoadPublicKey();
        if (!token.Verify(key)) return Refuse("the proof's signature is wrong; connect again");
        return device.Device == proof.Device ? null : Refuse("the proof names another device than its certificate");
    }

    // Any unexpired certificate of the device's key will do, not only its newest: after a renewal was issued and before the device stored it, the older one
    // is all it has. A stolen key is answered by revoking the device.
    private async Task<Admission> CheckRecordsAsync(VerifiedDevice device, SessionProof proof, CancellationToken cancellation)
    {
        if (await store.FindDeviceAsync(device.Device, cancellation) is not { } record || record.User != device.User)
            return Refuse("this server does not know the device; register or log in again");
        if (record.IdentityKeyHash != device.KeyHash) return Refuse("this server knows the device by another key; tell your administrator");
        var account = await directory.FindAsync(device.User, cancellation);
        if (Expulsions.Judge(account, record.State, record.LoginAt, options, time.GetUtcNow()) is { } ending) return new Admission.Refused(ending);
        return new Admission.Admitted(account!, device.Device, proof.Generation);
    }

    private static Admission.Refused Refuse(string text) => new(CloseCode.ProofRefused, text);

    private static string Minutes(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
