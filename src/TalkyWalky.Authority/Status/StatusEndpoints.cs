using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TalkyWalky.Authority;

/// <summary>Status of certificates for everybody: CRL (RFC 2585) and OCSP over HTTP (RFC 6960 appendix A, RFC 5019 §5).</summary>
internal static class StatusEndpoints
{
    private const string CrlType = "application/pkix-crl", ResponseType = "application/ocsp-response";

    public static async Task CrlAsync(HttpContext context, AuthorityService service)
    {
        var number = context.GetRouteValue("number") is string text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 1;
        if (await service.RevocationListAsync(number, context.RequestAborted) is { } crl) await Answers.BytesAsync(context, CrlType, crl);
        else await Answers.ProblemAsync(context, StatusCodes.Status404NotFound, "there is no such issuing CA, or all its certificates have expired");
    }

    /// <summary>From the file, so that a newer one is served at once.</summary>
    public static Task RootCrlAsync(HttpContext context, AuthorityService service) => service.Authority.ReadRootCrl() is { } crl
        ? Answers.BytesAsync(context, CrlType, crl.Der)
        : Answers.ProblemAsync(context, StatusCodes.Status404NotFound, "there is no CRL of the root here; its administrator makes one with: talkywalkyd ca crl --root");

    public static async Task PostAsync(HttpContext context, AuthorityService service)
    {
        if (await Bodies.ReadOcspRequestAsync(context) is not { } request) return;
        await Answers.BytesAsync(context, ResponseType, await service.AnswerOcspAsync(request, context.RequestAborted));
    }

    /// <summary>The request is the rest of the path in base64, escaped or not; what is not base64 is no request either.</summary>
    public static async Task GetAsync(HttpContext context, AuthorityService service)
    {
        var text = Uri.UnescapeDataString(context.GetRouteValue("request") as string ?? ""); // the server leaves %2F as it is
        var request = new byte[text.Length];
        var length = Convert.TryFromBase64String(text, request, out var read) ? read : 0;
        await Answers.BytesAsync(context, ResponseType, await service.AnswerOcspAsync(request.AsMemory(0, length), context.RequestAborted));
    }
}
