using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TalkyWalky.Authority;

/// <summary>HTTP Basic (RFC 7617) with UTF-8, over TLS only.</summary>
internal static class BasicCredentials
{
    public const string Challenge = "Basic realm=\"TalkyWalky\", charset=\"UTF-8\"";

    private const int MaxHeader = 8 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when there are none or they cannot be read.</summary>
    public static PasswordCredentials? Read(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is not { Length: <= MaxHeader } || !AuthenticationHeaderValue.TryParse(header, out var value)
            || !string.Equals(value.Scheme, "Basic", StringComparison.OrdinalIgnoreCase) || value.Parameter is null)
            return null;
        try
        {
            var text = StrictUtf8.GetString(Convert.FromBase64String(value.Parameter));
            var colon = text.IndexOf(':', StringComparison.Ordinal); // RFC 7617 §2: a user-id has no colon
            return colon < 0 ? null : new PasswordCredentials(text[..colon], text[(colon + 1)..]);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
