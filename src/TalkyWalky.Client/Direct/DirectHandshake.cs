using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Pki;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Direct;

/// <summary>The other device, proven: both certificates verified, of one person and device.</summary>
internal sealed record DirectPeer(VerifiedDevice Identity, VerifiedDevice Encryption, IReadOnlyList<ReadOnlyMemory<byte>> Issuing);

internal abstract record DirectOpening
{
    private DirectOpening() { }

    /// <summary>The caller disposes of the stream.</summary>
    public sealed record Opened(DirectStream Stream, DirectPeer Peer) : DirectOpening;

    public sealed record Refused(string Why) : DirectOpening;

    public sealed record Unreachable(string Why) : DirectOpening;
}

/// <summary>
/// Mutual TLS 1.3 by the identity certificates, then each side says who it is and whom it believes to speak to (docs/protocol.md section 9). That the answer names its
/// sender is what Lowe added to Needham and Schroeder's protocol: nobody can pass one person's answer on as another's (Lowe 1995, doi:10.1016/0020-0190(95)00144-2).
/// </summary>
internal sealed class DirectHandshake(Credentials credentials, Func<VerifiedDevice, string?> refusal, TimeProvider time)
{
    private const int MaxIssuing = 8;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private VerifiedDevice Self => credentials.Identity;

    /// <param name="wanted">Who shall be there; a stranger is refused without a word of ours.</param>
    public Task<DirectOpening> CallAsync(NetworkStream network, Func<VerifiedDevice, bool> wanted, string name, CancellationToken cancellation) =>
        OpenAsync(network, (tls, end) => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = credentials.TlsIdentity(),
            CertificateChainPolicy = ServerTrust.NothingFetched(),
        }, end), async (stream, identity, end) =>
        {
            if (!wanted(identity)) return new DirectOpening.Refused($"At this address is {identity.Username}, not {name}; nothing was sent. Ask {name} for the right address.");
            await stream.SendAsync(Hello(identity.User), end);
            return await HearAsync(stream, identity, end);
        }, cancellation);

    public Task<DirectOpening> AnswerAsync(NetworkStream network, CancellationToken cancellation) =>
        OpenAsync(network, (tls, end) => tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = credentials.TlsIdentity(),
            ClientCertificateRequired = true,
            CertificateChainPolicy = ServerTrust.NothingFetched(),
        }, end), async (stream, identity, end) =>
        {
            var heard = await HearAsync(stream, identity, end);
            if (heard is DirectOpening.Opened) await stream.SendAsync(Hello(identity.User), end);
            else if (heard is DirectOpening.Refused refused) await stream.SendAsync(new DirectFrame { Closing = new DirectClosing { Text = refused.Why } }, end);
            return heard;
        }, cancellation);

    private async Task<DirectOpening> OpenAsync(
        NetworkStream network, Func<SslStream, CancellationToken, Task> authenticate, Func<DirectStream, VerifiedDevice, CancellationToken, Task<DirectOpening>> greet, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        VerifiedDevice? identity = null;
        string? why = null;
        var tls = new SslStream(network, leaveInnerStreamOpen: false, (_, certificate, chain, _) =>
        {
            (identity, why) = Identify(certificate, chain);
            return identity is not null;
        });
        var stream = new DirectStream(tls);
        DirectOpening opening = new DirectOpening.Unreachable("The handshake did not end in time; try again.");
        try
        {
            await authenticate(tls, patience.Token);
            opening = identity is null ? new DirectOpening.Refused("The other device showed no certificate.") : await greet(stream, identity, patience.Token);
        }
        catch (AuthenticationException) when (why is not null)
        {
            opening = new DirectOpening.Refused(why);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or AuthenticationException)
        {
            opening = new DirectOpening.Unreachable($"The other device ended the connection ({failure.Message.TrimEnd('.')}).");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Too slow: as above.
        }
        finally
        {
            if (opening is not DirectOpening.Opened) await stream.DisposeAsync();
        }

        return opening;
    }

    private (VerifiedDevice? Identity, string? Why) Identify(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null) return (null, "The other device showed no certificate.");
        List<ReadOnlyMemory<byte>> candidates = [.. credentials.Issuing];
        foreach (var sent in chain?.ChainPolicy.ExtraStore.Take(MaxIssuing) ?? []) candidates.Add(sent.RawData);
        return DeviceCertificates.Verify(certificate.GetRawCertData(), candidates, credentials.Anchor, DeviceKeyUse.Identity, time.GetUtcNow()) switch
        {
            DeviceVerification.Verified { Device: var device } => refusal(device) is { } refused ? (null, refused) : (device, null),
            DeviceVerification.Refused refused => (null, $"The other device's certificate is not valid: {refused.Reason.TrimEnd('.')}."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private DirectFrame Hello(UserId to)
    {
        var hello = new DirectHello
        {
            Version = Limits.ProtocolVersion,
            FromUser = ByteString.CopyFrom(Self.User.ToArray()),
            FromDevice = ByteString.CopyFrom(Self.Device.ToArray()),
            ToUser = ByteString.CopyFrom(to.ToArray()),
            EncryptionCertificate = UnsafeByteOperations.UnsafeWrap(credentials.Encryption.Der),
        };
        hello.IssuingCertificates.AddRange(credentials.Issuing.Take(MaxIssuing).Select(UnsafeByteOperations.UnsafeWrap));
        return new DirectFrame { Hello = hello };
    }

    private async Task<DirectOpening> HearAsync(DirectStream stream, VerifiedDevice identity, CancellationToken cancellation)
    {
        switch (await stream.ReadAsync(cancellation))
        {
            case { BodyCase: DirectFrame.BodyOneofCase.Hello, Hello: var hello }:
                return Judge(stream, identity, hello);
            case { BodyCase: DirectFrame.BodyOneofCase.Closing, Closing.Text: var text }:
                return new DirectOpening.Refused(Sentences.Of(Plain.Inert.Line(text)));
            default:
                return new DirectOpening.Unreachable("The other device does not speak this protocol, or ended the connection.");
        }
    }

    private DirectOpening Judge(DirectStream stream, VerifiedDevice identity, DirectHello hello)
    {
        if (hello.Version != Limits.ProtocolVersion) return new DirectOpening.Refused("The other device speaks another version of the protocol; update the older program.");
        if (!UserId.TryRead(hello.FromUser.Span, out var user) || user != identity.User || !DeviceId.TryRead(hello.FromDevice.Span, out var device) || device != identity.Device)
            return new DirectOpening.Refused("The other device's greeting names somebody else than its certificate.");
        if (!UserId.TryRead(hello.ToUser.Span, out var to) || to != Self.User) return new DirectOpening.Refused($"This is a device of {Self.Username}, and the call was for somebody else.");
        if (user == Self.User) return new DirectOpening.Refused("Both devices are yours: a direct connection is between two people.");
        List<ReadOnlyMemory<byte>> issuing = [.. credentials.Issuing, .. hello.IssuingCertificates.Take(MaxIssuing).Select(static der => der.Memory)];
        return DeviceCertificates.Verify(hello.EncryptionCertificate.Memory, issuing, credentials.Anchor, DeviceKeyUse.Encryption, time.GetUtcNow()) switch
        {
            DeviceVerification.Verified { Device: var encryption } when encryption.User != user || encryption.Device != device =>
                new DirectOpening.Refused("The other device's two certificates are not of one device."),
            DeviceVerification.Verified { Device: var encryption } =>
                refusal(encryption) is { } refused ? new DirectOpening.Refused(refused) : new DirectOpening.Opened(stream, new DirectPeer(identity, encryption, issuing)),
            DeviceVerification.Refused refused => new DirectOpening.Refused($"The other device's encryption certificate is not valid: {refused.Reason.TrimEnd('.')}."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
