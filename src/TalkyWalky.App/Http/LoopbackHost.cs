using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TalkyWalky.App.Live;
using TalkyWalky.App.Security;
using TalkyWalky.Client;

namespace TalkyWalky.App.Http;

/// <summary>Builds the web server: headers, then the guard, then the API or the page.</summary>
internal static class LoopbackHost
{
    /// <param name="opened">The API answers after it: a browser starts while the profile is unlocked.</param>
    public static WebApplication Build(Socket socket, IReadOnlyList<ApiEndpoint> endpoints, EventSocket events, Guard guard, Task opened, ILogger log)
    {
        // Empty: no configuration file, environment variable or command line of the framework's own changes what this server does. Its own logs would hold names, in paths.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = _ => socket);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            Limit(options);
            options.Listen((IPEndPoint)socket.LocalEndPoint!, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = EventSocket.KeepAlive, KeepAliveTimeout = EventSocket.KeepAlive });
        app.Use(next => context => GuardAsync(context, next, guard));
        app.MapWhen(static context => !Guard.IsApi(context.Request.Path), page => page.Run(new Page(typeof(LoopbackHost).Assembly).RunAsync));
        app.UseRouting();
        foreach (var endpoint in endpoints)
            app.MapMethods(endpoint.Path, [endpoint.Method], context => RunAsync(context, endpoint.Path, endpoint.RunAsync, opened, log));
        app.MapGet(EventSocket.Path, context => RunAsync(context, EventSocket.Path, events.RunAsync, opened, log));
        return app;
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = 256;
        options.Limits.MaxConcurrentUpgradedConnections = 64;
        options.Limits.MaxRequestBodySize = ApiEndpoint.SmallBody;
        options.Limits.MaxRequestLineSize = 8 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, Guard guard)
    {
        var problem = guard.Check(context);
        SecurityHeaders.Apply(context, guard.OwnHost(context));
        if (problem is null) await next(context);
        // Routing found nothing, or not this method.
        if (problem is null && Guard.IsApi(context.Request.Path) && context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentType: null })
            problem = new Problem(context.Response.StatusCode, ProblemCode.NotFound, "There is nothing at this address, or not by this method; see /api/v1/openapi.json.");
        if (problem is not null) await Replies.WriteAsync(context, problem);
    }

    private static async Task RunAsync(HttpContext context, string pattern, RequestDelegate run, Task opened, ILogger log)
    {
        try
        {
            await opened.WaitAsync(context.RequestAborted);
            await run(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (NotLoggedInException locked)
        {
            await FailAsync(context, Problem.NotLoggedIn(locked.Message));
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad)
        {
            await FailAsync(context, new Problem(bad.StatusCode, ProblemCode.Invalid, "The request is too large, or cut off."));
        }
        catch (Exception failure)
        {
            AppLog.RequestFailed(log, context.Request.Method, pattern, failure);
            await FailAsync(context, Problem.Failed(Failures.Describe(failure)));
        }
    }

    private static async Task FailAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted) context.Abort();
        else await Replies.WriteAsync(context, problem);
    }

    /// <summary>Signals are the program's business; the framework's own lifetime would print to stdout.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
