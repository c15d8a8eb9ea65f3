using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace TalkyWalky.Load.Lines;

/// <summary>A connection to a server of the bench: plain, or TLS 1.3 to whatever certificate it shows.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly Stream _stream;

    private Line(Stream stream, byte[] certificate)
    {
        (_stream, Certificate) = (stream, certificate);
        In = new Incoming(stream);
        Out = new Outgoing(stream);
    }

    public Incoming In { get; }

    public Outgoing Out { get; }

    /// <summary>The server's, DER; empty without TLS.</summary>
    public byte[] Certificate { get; }

    public static async Task<Line> ConnectAsync(int port, bool tls, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream stream;
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return tls ? await OverTlsAsync(stream, cancellation) : new Line(stream, []);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async Task<Line> OverTlsAsync(Stream plain, CancellationToken cancellation)
    {
        byte[] shown = [];
        var ssl = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await ssl.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "127.0.0.1",
                    EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning disable CA5359 // a server that this bench started itself, with a throw-away certificate
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        shown = certificate!.GetRawCertData();
                        return true;
                    },
#pragma warning restore CA5359
                },
                cancellation);
        }
        catch
        {
            await ssl.DisposeAsync();
            throw;
        }

        return new Line(ssl, shown);
    }
}
