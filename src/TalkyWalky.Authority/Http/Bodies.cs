using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using TalkyWalky.Pki.Jose;

namespace TalkyWalky.Authority;

/// <summary>Reads request bodies, bounded before they are kept. Null means that a refusal was answered.</summary>
internal static class Bodies
{
    /// <summary>Bytes: the longest form in JSON escapes.</summary>
    public const int MaxForm = 16 * 1024;

    /// <summary>Bytes: <see cref="SigningRequest.MaxSize"/> in base64 with line breaks.</summary>
    public const int MaxRequest = 24 * 1024;

    public static async Task<RegistrationForm?> ReadFormAsync(HttpContext context)
    {
        if (await ReadAsync(context, "application/json", MaxForm) is not { } bytes) return null;
        try
        {
            if (JsonSerializer.Deserialize(bytes, AuthorityJson.Default.RegistrationForm) is { } form) return form;
            await Answers.ProblemAsync(context, StatusCodes.Status400BadRequest, "the request holds no JSON object");
        }
        catch (JsonException e)
        {
            await Answers.ProblemAsync(
                context, StatusCodes.Status400BadRequest,
                $"the request is not a JSON object with username, password, fullName, mail and invite only{(e.Path is { Length: > 1 and < 50 } path ? $" (at {path})" : "")}");
        }

        return null;
    }

    /// <summary>The name in <c>{"name":...}</c>.</summary>
    public static async Task<string?> ReadNameAsync(HttpContext context)
    {
        if (await ReadAsync(context, "application/json", MaxForm) is not { } bytes) return null;
        if (TryRead(bytes, AuthorityJson.Default.NameForm)?.Name is { } name) return name;
        await Answers.ProblemAsync(context, StatusCodes.Status400BadRequest, "the request is not a JSON object with a name only");
        return null;
    }

    /// <summary>Who is to be introduced.</summary>
    public static async Task<IntroductionForm?> ReadIntroductionAsync(HttpContext context)
    {
        if (await ReadAsync(context, "application/json", MaxForm) is not { } bytes) return null;
        if (TryRead(bytes, AuthorityJson.Default.IntroductionForm) is { Nonce: not null } form) return form;
        await Answers.ProblemAsync(context, StatusCodes.Status400BadRequest, "the request is not a JSON object with a nonce and a user or username only");
        return null;
    }

    /// <summary>A compact JWS (RFC 7515 §9.2.1).</summary>
    public static Task<byte[]?> ReadTokenAsync(HttpContext context) => ReadAsync(context, Answers.JoseType, Jws.MaxPs256);

    /// <summary>DER of a PKCS#10 request. RFC 8951 §3.1: always base64, whatever a Content-Transfer-Encoding says; white space is ignored.</summary>
    public static async Task<byte[]?> ReadRequestAsync(HttpContext context)
    {
        if (await ReadAsync(context, "application/pkcs10", MaxRequest) is not { } bytes) return null;
        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(bytes));
        }
        catch (FormatException)
        {
            await Answers.ProblemAsync(context, StatusCodes.Status400BadRequest, "the certificate request is not base64 (RFC 7030 §4.2.1)");
            return null;
        }
    }

    /// <summary>RFC 6960 appendix A.1: DER.</summary>
    public static Task<byte[]?> ReadOcspRequestAsync(HttpContext context) => ReadAsync(context, "application/ocsp-request", OcspResponder.MaxRequest);

    private static T? TryRead<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContext context, string mediaType, int limit)
    {
        var request = context.Request;
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var given) || !given.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            await Answers.ProblemAsync(context, StatusCodes.Status415UnsupportedMediaType, $"the request must have the content type {mediaType}");
            return null;
        }

        var buffer = new byte[limit + 1];
        var length = request.ContentLength > limit ? buffer.Length : await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length <= limit) return buffer[..length];
        await Answers.ProblemAsync(context, StatusCodes.Status413PayloadTooLarge, $"the request is larger than {limit} bytes");
        return null;
    }
}
