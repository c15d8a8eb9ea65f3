using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TalkyWalky.Gateway.Sessions;

namespace TalkyWalky.Gateway;

public static class GatewayEndpoint
{
    public const string Path = "/v1/session";

    /// <summary>GET /v1/session, upgraded to a WebSocket (RFC 6455). Sessions end with a goodbye when the host stops.</summary>
    public static void MapGateway(this IEndpointRouteBuilder routes, GatewayService gateway)
    {
        var stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var pipeline = routes.CreateApplicationBuilder();
        pipeline.Use(static (context, next) =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade) context.Features.Set<IHttpUpgradeFeature>(new HeldUpgrade(upgrade));
            return next(context);
        });
        pipeline.UseWebSockets(new WebSocketOptions
        {
            KeepAliveInterval = GatewayTimes.KeepAliveInterval,
            KeepAliveTimeout = GatewayTimes.KeepAliveTimeout,
        });
        pipeline.Run(context => RunAsync(context, gateway, stopping));
        routes.MapGet(Path, pipeline.Build());
    }

    private static async Task RunAsync(HttpContext context, GatewayService gateway, CancellationToken stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            await context.Response.WriteAsync("this address is for talkywalky clients, over WebSocket (RFC 6455)\n", context.RequestAborted);
            return;
        }

        // The session has its own bound for slow readers; the server's would cut them off after seconds.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var stream = ((HeldUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()).Stream!;
        await gateway.RunSessionAsync(socket, stream, context.Connection.RemoteIpAddress?.ToString() ?? "unknown", stopping);
    }

    /// <summary>The server's upgrade, with a stream that can hold frames back.</summary>
    private sealed class HeldUpgrade(IHttpUpgradeFeature upgrade) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => upgrade.IsUpgradableRequest;

        /// <summary>Null before the upgrade.</summary>
        public HeldStream? Stream { get; private set; }

        public async Task<Stream> UpgradeAsync() => Stream = new HeldStream(await upgrade.UpgradeAsync());
    }
}
