using System.Text.Json.Serialization.Metadata;

namespace TalkyWalky.App.Http;

/// <summary>Endpoints by what they take and give.</summary>
internal static class Routes
{
    public static ApiEndpoint Give<TOut>(string method, string path, string summary, JsonTypeInfo<TOut> gives, Func<Call, Task<Answer<TOut>>> act, params QueryParameter[] query)
        where TOut : notnull => new ApiEndpoint<Nothing, TOut>(method, path, summary, null, gives, (call, _) => act(call)) { Query = query };

    public static ApiEndpoint Do(string method, string path, string summary, Func<Call, Task<Answer<Nothing>>> act) =>
        new ApiEndpoint<Nothing, Nothing>(method, path, summary, null, null, (call, _) => act(call));

    /// <param name="mediaTypes">Of the file that the act writes itself.</param>
    public static ApiEndpoint File(string path, string summary, string mediaTypes, Func<Call, Task<Answer<Nothing>>> act, params QueryParameter[] query) =>
        new ApiEndpoint<Nothing, Nothing>("GET", path, summary, null, null, (call, _) => act(call)) { Query = query, MediaType = mediaTypes };

    /// <summary>Takes a file, whose bytes the act reads and bounds.</summary>
    public static ApiEndpoint Upload<TOut>(string path, string summary, JsonTypeInfo<TOut> gives, Func<Call, Task<Answer<TOut>>> act, params QueryParameter[] query)
        where TOut : notnull =>
        new ApiEndpoint<Nothing, TOut>("POST", path, summary, null, gives, (call, _) => act(call)) { Query = query, LargestBody = null, TakesMediaType = "application/octet-stream" };

    public static ApiEndpoint Take<TIn>(string method, string path, string summary, JsonTypeInfo<TIn> takes, Func<Call, TIn, Task<Answer<Nothing>>> act, int largestBody = ApiEndpoint.SmallBody)
        where TIn : notnull => new ApiEndpoint<TIn, Nothing>(method, path, summary, takes, null, act) { LargestBody = largestBody };

    public static ApiEndpoint Exchange<TIn, TOut>(
        string method, string path, string summary, JsonTypeInfo<TIn> takes, JsonTypeInfo<TOut> gives, Func<Call, TIn, Task<Answer<TOut>>> act, int largestBody = ApiEndpoint.SmallBody)
        where TIn : notnull
        where TOut : notnull => new ApiEndpoint<TIn, TOut>(method, path, summary, takes, gives, act) { LargestBody = largestBody };
}
