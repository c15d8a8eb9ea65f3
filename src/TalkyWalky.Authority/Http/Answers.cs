using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>RFC 9457.</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Detail">A sentence for the person.</param>
internal sealed record Problem(string Title, int Status, string Detail);

/// <param name="LogKey">SubjectPublicKeyInfo, DER.</param>
internal sealed record ServerInfo(string Organisation, string Domain, string Registration, IReadOnlyList<uint> Versions, byte[] LogKey);

internal sealed record Registered(string User, string Username);

/// <summary>Strict: unknown or repeated members are refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, MaxDepth = 4)]
[JsonSerializable(typeof(RegistrationForm))]
[JsonSerializable(typeof(Registered))]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(DeviceEntry))]
[JsonSerializable(typeof(DeviceEntries))]
[JsonSerializable(typeof(NameForm))]
[JsonSerializable(typeof(IntroductionForm))]
[JsonSerializable(typeof(LogEntriesAnswer))]
[JsonSerializable(typeof(LogConsistencyAnswer))]
[JsonSerializable(typeof(LogInclusionAnswer))]
[JsonSerializable(typeof(LogKeysAnswer))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class AuthorityJson : JsonSerializerContext;

/// <summary>What goes back over HTTP.</summary>
internal static class Answers
{
    public const string CertsOnlyType = "application/pkcs7-mime; smime-type=certs-only", CsrAttributesType = "application/csrattrs", JoseType = "application/jose";

    public static Task JsonAsync<T>(HttpContext context, int status, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string mediaType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>RFC 7030 §4.1.3, §4.2.3, §4.5.2: base64 in lines.</summary>
    public static Task Base64Async(HttpContext context, string mediaType, byte[] der)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = mediaType;
        context.Response.Headers["Content-Transfer-Encoding"] = "base64";
        var body = Encoding.ASCII.GetBytes(Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks) + "\r\n");
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    public static Task BytesAsync(HttpContext context, string mediaType, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    public static Task EnrolmentAsync(HttpContext context, EnrolOutcome outcome)
    {
        switch (outcome)
        {
            case EnrolOutcome.Issued issued:
                return Base64Async(context, CertsOnlyType, CertsOnly.Encode([issued.Der]));
            case EnrolOutcome.Pending pending: // RFC 7030 §4.2.3
                SetRetryAfter(context, pending.RetryAfter);
                return ProblemAsync(context, StatusCodes.Status202Accepted, Enrolment.Waits);
            case EnrolOutcome.Refused refused:
                return RefuseAsync(context, refused.Refusal);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public static Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        var status = refusal.Kind switch
        {
            RefusalKind.Invalid => StatusCodes.Status400BadRequest,
            RefusalKind.NotAuthenticated => StatusCodes.Status401Unauthorized,
            RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
            RefusalKind.Unknown => StatusCodes.Status404NotFound,
            RefusalKind.Taken => StatusCodes.Status409Conflict,
            RefusalKind.Throttled => StatusCodes.Status429TooManyRequests,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = BasicCredentials.Challenge;
        if (refusal.RetryAfter is { } wait) SetRetryAfter(context, wait);
        return ProblemAsync(context, status, refusal.Reason);
    }

    public static Task ProblemAsync(HttpContext context, int status, string detail) => JsonAsync(
        context, status, new Problem(Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), status, detail), AuthorityJson.Default.Problem,
        "application/problem+json");

    private static void SetRetryAfter(HttpContext context, TimeSpan wait) =>
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);
}
