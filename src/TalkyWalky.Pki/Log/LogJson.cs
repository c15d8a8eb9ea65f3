using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Log;

/// <summary>Values that the log's formats share.</summary>
internal static class LogJson
{
    public const long MaxNumber = (1L << 53) - 1;

    public static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static CanonicalJsonWriter Time(this CanonicalJsonWriter json, DateTimeOffset time) => json.Number(time.ToUnixTimeMilliseconds());

    /// <summary>A compact JWS as a string.</summary>
    public static CanonicalJsonWriter Token(this CanonicalJsonWriter json, ReadOnlySpan<byte> compact) => json.String(Encoding.ASCII.GetString(compact));

    public static bool Token(this ref CanonicalJsonReader reader, int max, out byte[] compact)
    {
        var read = reader.String(max, out var text) && Ascii.IsValid(text);
        compact = read ? Encoding.ASCII.GetBytes(text) : [];
        return read;
    }

    public static bool Digest(this ref CanonicalJsonReader reader, out Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Wire.Digest.Size];
        digest = default;
        return reader.Base64Url(bytes) && Wire.Digest.TryRead(bytes, out digest);
    }

    public static bool Time(this ref CanonicalJsonReader reader, out DateTimeOffset time)
    {
        var read = reader.Number(MaxTime, out var milliseconds);
        time = read ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return read;
    }

    public static bool User(this ref CanonicalJsonReader reader, out UserId user)
    {
        user = default;
        return reader.String(36, out var text) && UserId.TryParse(text, out user);
    }

    public static bool Device(this ref CanonicalJsonReader reader, out DeviceId device)
    {
        device = default;
        return reader.String(32, out var text) && DeviceId.TryParse(text, out device);
    }

    /// <summary>Base64url of 1 to <paramref name="max"/> bytes.</summary>
    public static bool Bytes(this ref CanonicalJsonReader reader, int max, out byte[] bytes)
    {
        bytes = [];
        if (!reader.String(StrictBase64Url.EncodedLength(max), out var text) || StrictBase64Url.TryDecode(Encoding.ASCII.GetBytes(text)) is not { Length: > 0 } decoded) return false;
        bytes = decoded;
        return true;
    }
}
