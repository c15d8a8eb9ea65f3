using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace TalkyWalky.Server.Hosting;

/// <summary>
/// Gives connections that a trusted proxy passes on their real source, for throttles and logs. From others no header is taken: anyone could claim to be anyone.
/// </summary>
internal sealed class ProxyProtocol(IReadOnlyList<IPAddress> proxies, TimeSpan patience, TimeProvider time, ILogger log)
{
    private readonly HashSet<IPAddress> _proxies = [.. proxies];

    public void Use(ListenOptions listen) => listen.Use(next => connection => RunAsync(connection, next));

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address.MapToIPv6();
        var isNext = peer is null || !_proxies.Contains(peer) ? true : await TakeHeaderAsync(connection);
        if (isNext is true) await next(connection);
        else if (isNext is false) HostLog.ProxyHeaderMissing(log, peer!.ToString());
    }

    /// <summary>Null when the connection ended before: a proxy looked whether somebody listens.</summary>
    private async Task<bool?> TakeHeaderAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(patience, time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(late.Token);
                ProxyHeader.Read(read.Buffer, out var length, out var source);
                input.AdvanceTo(length > 0 ? read.Buffer.GetPosition(length) : read.Buffer.Start, length > 0 ? read.Buffer.GetPosition(length) : read.Buffer.End);
                if (length > 0 && source is not null) connection.RemoteEndPoint = source;
                if (length != 0) return length > 0;
                if (read.IsCompleted) return null;
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
    }
}
