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
    public void Use(ListenOptions listen) => listen.Use(next => connection => RunAsync(connection, next));

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        switch (await IsForAuthorityAsync(connection))
        {
            case true:
                await PassOnAsync(connection);
                break;
            case false:
                await next(connection);
                break;
        }
    }

    /// <summary>Null when the connection ended, or said too little for too long.</summary>
    private async Task<bool?> IsForAuthorityAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(patience, time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(late.Token);
                var offers = ClientHello.Offers(read.Buffer, TlsProtocols.Authority.Protocol.Span);
                input.AdvanceTo(read.Buffer.Start, offers is null ? read.Buffer.End : read.Buffer.Start);
                if (offers is not null) return offers;
                if (read.IsCompleted) return null;
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
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
