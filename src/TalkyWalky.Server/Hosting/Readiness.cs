using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Server.Sync;

namespace TalkyWalky.Server.Hosting;

/// <summary>Whether the engines answer. Asked of them at most once a second, since anyone may ask.</summary>
internal sealed class Readiness(ServerEngines engines, DirectorySync? sync, TimeProvider time, ILogger log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private (DateTimeOffset At, string? Reason)? _last;

    /// <summary>/health/live: the process answers. /health/ready: it can do its work; 503 and the reason when not.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", static context => WriteAsync(context, StatusCodes.Status200OK, "live"));
        routes.MapGet("/health/ready", async context =>
        {
            var reason = await CheckAsync(context.RequestAborted);
            await WriteAsync(context, reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, reason ?? Ready());
        });
    }

    /// <summary>Null when ready, else why not, in words that may be shown to anyone; the log has the engine's own.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_last is { } last && time.GetUtcNow() - last.At < Fresh) return last.Reason;
            var reason = await CheckAsync("directory", engines.Directory.CheckAsync, cancellation)
                ?? await CheckAsync("broker", engines.Broker.CheckAsync, cancellation)
                ?? await CheckAsync("store", engines.Store.CheckAsync, cancellation)
                ?? (sync is { IsFailing: true } ? "people cannot be looked up in the directory; the server's log says why" : null);
            _last = (time.GetUtcNow(), reason);
            return reason;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    // The server does its work all the same: another one behind the same address would hold the same people back.
    private string Ready() => sync is { HeldBack: > 0 } ? "ready\nthe directory's changes wait for an administrator; the server's log says why" : "ready";

    private async Task<string?> CheckAsync(string engine, Func<CancellationToken, Task> check, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        string reason;
        try
        {
            await check(either.Token);
            return null;
        }
        catch (EngineException exception)
        {
            reason = exception.Message;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            reason = $"no answer within {Patience.TotalSeconds:0} seconds";
        }

        HostLog.NotReady(log, engine, reason);
        return $"the {engine} is not available; the server's log says why";
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
