using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TalkyWalky.App.Http;

/// <summary>One request to an endpoint.</summary>
internal sealed class Call
{
    private readonly string[] _pattern, _segments;

    private Call(HttpContext context, string[] pattern, string[] segments) => (Context, _pattern, _segments) = (context, pattern, segments);

    public HttpContext Context { get; }

    public CancellationToken Cancellation => Context.RequestAborted;

    /// <summary>Null: the address is written with . or .. or as a whole URL, so that its segments are not those of the pattern.</summary>
    /// <param name="pattern">The endpoint's path with its {parameters}.</param>
    public static Call? Of(HttpContext context, string pattern)
    {
        var parts = pattern.Split('/');
        var segments = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2)[0].Split('/');
        return segments.Length == parts.Length && segments[0].Length == 0 ? new Call(context, parts, segments) : null;
    }

    /// <summary>
    /// A path segment, decoded once. It is taken from the request as it was sent: the framework's path has %2F still encoded and all else decoded, so that a name with a
    /// slash could not be told from one with the three characters %2F.
    /// </summary>
    public string Segment(string name) => Uri.UnescapeDataString(_segments[Array.IndexOf(_pattern, $"{{{name}}}")]);

    public string? Query(string name) => Context.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>False when it is there and not a decimal number without a sign.</summary>
    public bool TryNumber(string name, out long? number)
    {
        number = null;
        if (Query(name) is not { } text) return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) return false;
        number = parsed;
        return true;
    }
}
