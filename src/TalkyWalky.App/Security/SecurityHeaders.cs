using Microsoft.AspNetCore.Http;

namespace TalkyWalky.App.Security;

/// <summary>What every answer tells the browser (docs/decisions/0003-the-guard-of-the-loopback-api.md).</summary>
internal static class SecurityHeaders
{
    // The events' address is written out: "self" covers WebSockets only in newer browsers (CSP 3).
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://{0}; manifest-src 'self'; "
        + "frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

    private const string Permissions =
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
        + "screen-wake-lock=(), clipboard-read=(), clipboard-write=(self)";

    public static void Apply(HttpContext context, string host)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy.Replace("{0}", host, StringComparison.Ordinal);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Embedder-Policy"] = "require-corp";
        headers["Permissions-Policy"] = Permissions;
        if (Guard.IsApi(context.Request.Path)) headers.CacheControl = "no-store";
    }
}
