using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TalkyWalky.App.Http;

/// <param name="Name">As in the query string.</param>
/// <param name="Meaning">A sentence.</param>
internal sealed record QueryParameter(string Name, string Meaning, bool IsRequired = false);

/// <summary>One method on one path: what serves it, and what the OpenAPI document says of it, in one place, so that they cannot differ.</summary>
/// <param name="path">Below /api/v1, with {parameters} that each take one segment.</param>
internal abstract class ApiEndpoint(string method, string path, string summary)
{
    public const string Root = "/api/v1";

    /// <summary>Bytes of a body. 64 KiB of text is at most 6x in JSON escapes, with room for an id.</summary>
    public const int SmallBody = 16 * 1024, TextBody = (6 * Wire.Limits.Text) + 1024;

    public string Method => method;

    public string Path => Root + path;

    public string Summary => summary;

    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>Bytes. Null: the act reads the body itself, and no more of it than it has use for.</summary>
    public int? LargestBody { get; init; } = SmallBody;

    /// <summary>Null: it takes no JSON.</summary>
    public abstract JsonTypeInfo? Takes { get; }

    /// <summary>Null: it answers 204.</summary>
    public abstract JsonTypeInfo? Gives { get; }

    /// <summary>Of a body that is a file and not JSON.</summary>
    public string? TakesMediaType { get; init; }

    /// <summary>Of an answer that is a file or a stream and not JSON.</summary>
    public string? MediaType { get; init; }

    public abstract Task RunAsync(HttpContext context);
}

/// <param name="takes">Null where <typeparamref name="TIn"/> is <see cref="Nothing"/>.</param>
/// <param name="gives">Null where <typeparamref name="TOut"/> is <see cref="Nothing"/>.</param>
internal sealed class ApiEndpoint<TIn, TOut>(
    string method, string path, string summary, JsonTypeInfo<TIn>? takes, JsonTypeInfo<TOut>? gives, Func<Call, TIn, Task<Answer<TOut>>> act) : ApiEndpoint(method, path, summary)
    where TIn : notnull
    where TOut : notnull
{
    public override JsonTypeInfo? Takes => takes;

    public override JsonTypeInfo? Gives => gives;

    public override async Task RunAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestBody;
        if (Call.Of(context, Path) is not { } call)
        {
            await Replies.WriteAsync(context, Problem.Invalid("The address is to be written plainly, without . and .. in it."));
            return;
        }

        var body = takes is null ? (TIn)(object)Nothing.Here : await ReadAsync(context, takes);
        if (body is null) return;
        var answer = await act(call, body);
        if (answer.Problem is { } problem) await Replies.WriteAsync(context, problem);
        else if (gives is not null) await Replies.WriteAsync(context, answer.Value!, gives);
        else if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Null: a problem was answered.</summary>
    private static async Task<TIn?> ReadAsync(HttpContext context, JsonTypeInfo<TIn> type)
    {
        var problem = Problem.Invalid("The body is null; see /api/v1/openapi.json.");
        try
        {
            if (!context.Request.HasJsonContentType())
                problem = new Problem(StatusCodes.Status415UnsupportedMediaType, ProblemCode.Invalid, "The body is to be JSON: set content-type: application/json.");
            else if (JsonSerializer.Deserialize(await WholeAsync(context), type) is { } body)
                return body;
        }
        catch (JsonException wrong)
        {
            // Only the place: the text around it may hold a password.
            problem = Problem.Invalid($"The body is not what this address takes; see {wrong.Path ?? "$"} and /api/v1/openapi.json.");
        }

        await Replies.WriteAsync(context, problem);
        return default;
    }

    // Read to its end before it is looked at, so that a wrong one does not break the connection. The server holds it to LargestBody.
    private static async Task<byte[]> WholeAsync(HttpContext context)
    {
        using var whole = new MemoryStream();
        await context.Request.Body.CopyToAsync(whole, context.RequestAborted);
        return whole.ToArray();
    }
}
