using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Google.Protobuf;
using TalkyWalky.Client.Enrol;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Connect;

/// <summary>What a connection attempt came to.</summary>
internal abstract record DialOutcome
{
    private DialOutcome() { }

    public sealed record Connected(FrameSocket Socket, Welcome Welcome) : DialOutcome;

    /// <summary>The server answered and said no.</summary>
    public sealed record Closed(CloseCode Code, string Text) : DialOutcome;

    public sealed record NotTrusted(string Why) : DialOutcome;

    public sealed record Unreachable(string Why) : DialOutcome;
}

/// <summary>Opens a WebSocket to the gateway and proves this device on it (docs/protocol.md section 7).</summary>
internal static class Dialer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), KeepAlive = TimeSpan.FromSeconds(15);

    public static async Task<DialOutcome> DialAsync(Credentials credentials, ulong generation, TimeProvider time, CancellationToken cancellation)
    {
        var trust = new ServerTrust(credentials.Profile.Host, credentials.Anchor, credentials.Profile.Issuing, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        FrameSocket? socket = null;
        var kept = false;
        try
        {
            socket = new FrameSocket(await OpenAsync(credentials, trust, patience.Token));
            var outcome = await ProveAsync(socket, trust, credentials, generation, time, patience.Token);
            kept = outcome is DialOutcome.Connected;
            return outcome;
        }
        catch (WebSocketException) when (trust.Refusal is { } why)
        {
            return new DialOutcome.NotTrusted(AuthorityClient.NotTrusted(credentials.Address, why));
        }
        catch (Exception failure) when (failure is WebSocketException or InvalidDataException or AuthenticationException)
        {
            return Unreachable(failure.InnerException?.Message ?? failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unreachable($"no answer within {Patience.TotalSeconds:0} seconds");
        }
        finally
        {
            if (!kept) socket?.Dispose();
        }

        DialOutcome.Unreachable Unreachable(string why) =>
            new($"Could not reach the server at {credentials.Address} ({why.TrimEnd('.')}). Your messages are kept and go out when it is back.");
    }

    private static async Task<ClientWebSocket> OpenAsync(Credentials credentials, ServerTrust trust, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        var uri = new UriBuilder(Uri.UriSchemeWss, credentials.Profile.Host, credentials.Profile.Port, "/v1/session").Uri;
        try
        {
            // The handler lives as long as its one connection: the socket takes the stream over, so the invoker itself may go.
            using var handler = new SocketsHttpHandler
            {
                SslOptions = trust.Options(identity: null), UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10),
            };
            using var invoker = new HttpMessageInvoker(handler);
            await socket.ConnectAsync(uri, invoker, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<DialOutcome> ProveAsync(
        FrameSocket socket, ServerTrust trust, Credentials credentials, ulong generation, TimeProvider time, CancellationToken cancellation)
    {
        if (await socket.ReadAsync(cancellation) is not { } first) throw new InvalidDataException("it closed the connection at once");
        if (first.BodyCase == ServerFrame.BodyOneofCase.Closing) return new DialOutcome.Closed(first.Closing.Code, first.Closing.Text);
        if (first.BodyCase != ServerFrame.BodyOneofCase.Challenge || first.Challenge.Nonce.Length != SessionProof.NonceSize)
            throw new InvalidDataException("it does not speak this protocol");
        if (!first.Challenge.Versions.Contains(Limits.ProtocolVersion))
            return new DialOutcome.Closed(CloseCode.Version, "the server speaks another version of the protocol; update this program");
        var proof = new SessionProof(
            credentials.Anchor.Hash, credentials.Address, first.Challenge.Nonce.Memory, trust.Certificate!.Value, credentials.Identity.Device,
            [Limits.ProtocolVersion], generation, time.GetUtcNow());
        await socket.SendAsync(new ClientFrame { Hello = new Hello { Proof = Sign(proof, credentials) } }, cancellation);
        return await socket.ReadAsync(cancellation) switch
        {
            { BodyCase: ServerFrame.BodyOneofCase.Welcome } welcomed => new DialOutcome.Connected(socket, welcomed.Welcome),
            { BodyCase: ServerFrame.BodyOneofCase.Closing } closing => new DialOutcome.Closed(closing.Closing.Code, closing.Closing.Text),
            _ => throw new InvalidDataException("it closed the connection in the middle of the handshake"),
        };
    }

    private static ByteString Sign(SessionProof proof, Credentials credentials)
    {
        using RSA key = credentials.OpenIdentityKey();
        return UnsafeByteOperations.UnsafeWrap(Jws.Sign(JwsType.Session, key, proof.Encode(), [credentials.Identity.Der, .. credentials.Chain]));
    }
}
