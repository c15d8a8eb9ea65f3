using System.Globalization;
using Microsoft.AspNetCore.Http;
using TalkyWalky.App.Http;

namespace TalkyWalky.App.Security;

/// <summary>
/// Stands before everything else (docs/decisions/0003-the-guard-of-the-loopback-api.md): any page in any browser, and any user of this computer, can reach a loopback port.
/// </summary>
internal sealed class Guard(int port, Browsers browsers)
{
    public const string KeyHeader = "x-talkywalky-key", Subprotocol = "talkywalky", SessionPath = ApiEndpoint.Root + "/session";
    private const string KeySubprotocol = "key.";

    private readonly string[] _hosts = [.. ((string[])["127.0.0.1", "localhost", "[::1]"]).Select(name => string.Create(CultureInfo.InvariantCulture, $"{name}:{port}"))];

    /// <summary>Its name holds the port: the programs of two profiles run side by side on one host.</summary>
    public string CookieName { get; } = string.Create(CultureInfo.InvariantCulture, $"talkywalky-{port}");

    /// <summary>Null: the request may go on.</summary>
    public Problem? Check(HttpContext context)
    {
        var request = context.Request;
        // DNS rebinding: a foreign name that was made to lead here is still in the Host header.
        if (!_hosts.Contains(request.Host.Value, StringComparer.Ordinal))
            return new Problem(StatusCodes.Status421MisdirectedRequest, ProblemCode.Refused, "This address is not one of this program's.");
        if (!IsApi(request.Path)) return null;
        if (IsForeign(request))
            return new Problem(StatusCodes.Status403Forbidden, ProblemCode.Refused, "Another page may not use this program.");
        if (request.Path.Equals(SessionPath, StringComparison.Ordinal)) return null;
        return browsers.IsIn(request.Cookies[CookieName], KeyOf(request))
            ? null
            : new Problem(StatusCodes.Status401Unauthorized, ProblemCode.NoSession, "This window is not let in, or the program was started anew. Open TalkyWalky again.");
    }

    /// <summary>What the request called this program, if that is one of its names.</summary>
    public string OwnHost(HttpContext context) => _hosts.FirstOrDefault(name => string.Equals(name, context.Request.Host.Value, StringComparison.Ordinal)) ?? _hosts[0];

    public static bool IsApi(PathString path) => path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);

    // Fetch metadata (W3C): browsers say where a request comes from, and pages cannot change that. "same-site" is another port of this computer.
    private static bool IsForeign(HttpRequest request) =>
        (request.Headers.TryGetValue("Origin", out var origin) && !string.Equals(origin, $"http://{request.Host.Value}", StringComparison.Ordinal))
        || (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none"));

    // A page cannot set headers on a WebSocket, but it can name subprotocols.
    private static string? KeyOf(HttpRequest request) => request.HttpContext.WebSockets.IsWebSocketRequest
        ? request.HttpContext.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(static name => name.StartsWith(KeySubprotocol, StringComparison.Ordinal))?[KeySubprotocol.Length..]
        : request.Headers[KeyHeader].ToString();
}
