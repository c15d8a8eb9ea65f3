using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Hosting;

/// <summary>
/// Passes connections that ask for the authority (by ALPN, RFC 7301) on to it without opening them: passwords and enrolments never are in this process in the clear, and a
/// gateway cannot ask for certificates in anybody's name.
/// </summary>
internal sealed class AuthorityTunnel(DnsEndPoint authority, TimeSpan patience, TimeProvider time, ILogger log)
{
    private readonly TlsPeek _peek = new(patience, time);

    public void Use(ListenOptions listen) => listen.Use(next => connection => RunAsync(connection, next));

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        switch (await _peek.LookAsync(connection, static received => ClientHello.Offers(received, TlsProtocols.Authority.Protocol.Span)))
        {
            case true:
                await PassOnAsync(connection);
                break;
            case false:
                await next(connection);
                break;
        }
    }

    private async Task PassOnAsync(ConnectionContext connection)
    {
        using var client = new TcpClient();
        client.NoDelay = true;
        try
        {
            using var late = new CancellationTokenSource(patience, time);
            await client.ConnectAsync(authority.Host, authority.Port, late.Token);
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            HostLog.AuthorityUnreachable(log, $"{authority.Host}:{authority.Port}", failed.Message);
            return;
        }

        var stream = client.GetStream();
        if (connection is { RemoteEndPoint: IPEndPoint source, LocalEndPoint: IPEndPoint destination }) await stream.WriteAsync(ProxyHeader.Write(source, destination), connection.ConnectionClosed);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, stopping);
        var sending = CopyAsync(() => connection.Transport.Input.CopyToAsync(stream, over.Token), over);
        var receiving = CopyAsync(() => stream.CopyToAsync(connection.Transport.Output.AsStream(leaveOpen: true), over.Token), over);
        await Task.WhenAll(sending, receiving);
    }

    // Either end that closes, closes both: over TLS nobody goes on listening after the goodbye.
    private static async Task CopyAsync(Func<Task> copy, CancellationTokenSource over)
    {
        try
        {
            await copy();
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            // As good as closed.
        }

        await over.CancelAsync();
    }
}
