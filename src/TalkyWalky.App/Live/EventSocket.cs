using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using TalkyWalky.App.Http;
using TalkyWalky.App.Security;
using TalkyWalky.App.Sessions;

namespace TalkyWalky.App.Live;

/// <summary>GET /api/v1/events: one connection that listens. Nothing is taken from the other end but its goodbye.</summary>
internal sealed class EventSocket(Board board, CancellationToken stopping)
{
    public const string Path = ApiEndpoint.Root + "/events";

    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(2), SendTime = TimeSpan.FromSeconds(10);

    public async Task RunAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Replies.WriteAsync(context, new Problem(StatusCodes.Status426UpgradeRequired, ProblemCode.Invalid, "Events come over a WebSocket (RFC 6455)."));
            return;
        }

        // A listener that sleeps for a while is not an attack; the queue is bounded.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Guard.Subprotocol);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(stopping, gone.Token);
        var reading = UntilClosedAsync(socket, gone);
        await WriteAsync(socket, writing.Token);
        await SayGoodbyeAsync(socket);
        gone.CancelAfter(GoodbyeTime);
        await reading;
    }

    private async Task WriteAsync(WebSocket socket, CancellationToken ended)
    {
        using var listener = board.Listen();
        try
        {
            await foreach (var happening in listener.ReadAsync(ended))
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(ended);
                patience.CancelAfter(SendTime);
                await socket.SendAsync(happening, WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or WebSocketException)
        {
            // The other end went or hangs, or the program ends.
        }
    }

    private static async Task UntilClosedAsync(WebSocket socket, CancellationTokenSource gone)
    {
        try
        {
            // Whatever comes is the goodbye, or something that has no business here.
            await socket.ReceiveAsync(new byte[256], gone.Token);
        }
        catch (Exception over) when (over is OperationCanceledException or WebSocketException)
        {
            return;
        }

        await gone.CancelAsync();
    }

    private static async Task SayGoodbyeAsync(WebSocket socket)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var patience = new CancellationTokenSource(GoodbyeTime);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "listen again", patience.Token);
        }
        catch (Exception over) when (over is OperationCanceledException or WebSocketException)
        {
            socket.Abort();
        }
    }
}
