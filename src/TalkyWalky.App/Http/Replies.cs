using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using TalkyWalky.App.Api;

namespace TalkyWalky.App.Http;

/// <summary>Writes JSON with its length, so that nothing of a value that fails to serialise goes out.</summary>
internal static class Replies
{
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        return WriteAsync(context, problem, ApiJson.Types.Problem, Problem.MediaType);
    }

    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, string mediaType = "application/json")
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
