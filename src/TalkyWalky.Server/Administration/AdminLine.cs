using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TalkyWalky.Pki.Status;

namespace TalkyWalky.Server.Administration;

/// <summary>One JSON value on one line, UTF-8. Whatever is longer than the bound ends the conversation.</summary>
internal static class AdminLine
{
    public const int MaxRequest = 16 * 1024;

    /// <summary>The largest CRL fits in base64; so does a page of <see cref="AdminRequest.ListUsers.MaxLimit"/> accounts with the longest names and addresses.</summary>
    public const int MaxAnswer = (RevocationLists.MaxSize / 3 * 4) + 1024;

    public static async Task WriteAsync<T>(Stream stream, T value, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        await stream.WriteAsync((byte[])[.. json, (byte)'\n'], cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Null when the other end closed, sent more than <paramref name="limit"/> bytes or something that is not such a value.</summary>
    public static async Task<T?> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, int limit, CancellationToken cancellation) where T : class
    {
        using var line = new MemoryStream();
        var chunk = new byte[4096];
        while (true)
        {
            var read = await stream.ReadAsync(chunk, cancellation);
            var end = Array.IndexOf(chunk, (byte)'\n', 0, read);
            line.Write(chunk, 0, end < 0 ? read : end);
            if (line.Length > limit) return null;
            if (end >= 0) break;
            if (read == 0) return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line.GetBuffer().AsSpan(0, (int)line.Length), type);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null; // the caller answers "malformed"; what was sent may hold a password and is not repeated
        }
    }
}
