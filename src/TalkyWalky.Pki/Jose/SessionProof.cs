using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Jose;

/// <summary>
/// What a device signs to open a session (docs/protocol.md section 7), the payload of a JWS of type <see cref="JwsType.Session"/>: JSON without white space,
/// members in the order below, so that nobody can replay it elsewhere: not at another root, host, connection or TLS end.
/// </summary>
/// <param name="Root">The trust anchor's hash.</param>
/// <param name="Host">host:port as the device dialled it, lower case, an IPv6 address in brackets; at most 300 characters.</param>
/// <param name="Nonce">The challenge of this connection, 32 bytes.</param>
/// <param name="Tls">SHA-256 of the DER certificate that the gateway showed in TLS.</param>
/// <param name="Versions">Protocol versions that the device speaks, rising; 1 to 16 of them.</param>
/// <param name="Generation">Rises by one with every log-in of the profile; below 2^53, so that every JSON reader keeps it (RFC 7493 §2.2).</param>
/// <param name="Time">The device's clock, whole milliseconds.</param>
public sealed record SessionProof(
    Digest Root, string Host, ReadOnlyMemory<byte> Nonce, Digest Tls, DeviceId Device, IReadOnlyList<uint> Versions, ulong Generation, DateTimeOffset Time)
{
    public const int NonceSize = 32;

    private const int MaxHost = 300, MaxVersions = 16;
    private const long MaxNumber = (1L << 53) - 1;
    private static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.:-_[]");

    /// <summary>UTF-8 JSON. Throws <see cref="InvalidOperationException"/> for a value outside the bounds above.</summary>
    public byte[] Encode()
    {
        if (!IsInBounds()) throw new InvalidOperationException("a session proof outside its bounds cannot be encoded");
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("root"u8, Root.ToString());
            json.WriteString("host"u8, Host);
            json.WriteString("nonce"u8, Base64Url.EncodeToString(Nonce.Span));
            json.WriteString("tls"u8, Tls.ToString());
            json.WriteString("device"u8, Device.ToString());
            json.WriteStartArray("versions"u8);
            foreach (var version in Versions) json.WriteNumberValue(version);
            json.WriteEndArray();
            json.WriteNumber("generation"u8, Generation);
            json.WriteNumber("time"u8, Time.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null for anything but the exact bytes that <see cref="Encode"/> makes.</summary>
    public static SessionProof? TryDecode(ReadOnlySpan<byte> json)
    {
        try
        {
            var proof = Read(json);
            return proof is not null && proof.IsInBounds() && json.SequenceEqual(proof.Encode()) ? proof : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsInBounds() =>
        Host.Length is > 0 and <= MaxHost && !Host.AsSpan().ContainsAnyExcept(HostCharacters)
        && Nonce.Length == NonceSize
        && Versions.Count is > 0 and <= MaxVersions && IsRising(Versions)
        && Generation <= MaxNumber
        && Time.ToUnixTimeMilliseconds() >= 0;

    private static bool IsRising(IReadOnlyList<uint> versions)
    {
        for (var i = 1; i < versions.Count; i++)
        {
            if (versions[i] <= versions[i - 1]) return false;
        }

        return true;
    }

    private static SessionProof? Read(ReadOnlySpan<byte> bytes)
    {
        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 2 });
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return null;
        if (!Digest.TryParse(Text(ref json, "root"u8), out var root) || Text(ref json, "host"u8) is not { } host) return null;
        if (Text(ref json, "nonce"u8) is not { } encoded || !Base64Url.IsValid(encoded.AsSpan())) return null;
        if (!Digest.TryParse(Text(ref json, "tls"u8), out var tls) || !DeviceId.TryParse(Text(ref json, "device"u8), out var device)) return null;
        if (VersionList(ref json) is not { } versions || Number(ref json, "generation"u8) is not { } generation) return null;
        if (Number(ref json, "time"u8) is not { } time || time > MaxTime || !json.Read() || json.TokenType != JsonTokenType.EndObject || json.Read()) return null;
        return new SessionProof(
            root, host, Base64Url.DecodeFromChars(encoded), tls, device, versions, (ulong)generation, DateTimeOffset.FromUnixTimeMilliseconds(time));
    }

    private static bool Member(ref Utf8JsonReader json, ReadOnlySpan<byte> name, JsonTokenType type) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(name) && json.Read() && json.TokenType == type;

    private static string? Text(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        if (!Member(ref json, name, JsonTokenType.String) || json.ValueIsEscaped || json.ValueSpan.Length > MaxHost) return null;
        return System.Text.Ascii.IsValid(json.ValueSpan) ? json.GetString() : null;
    }

    private static long? Number(ref Utf8JsonReader json, ReadOnlySpan<byte> name) =>
        Member(ref json, name, JsonTokenType.Number) && json.TryGetInt64(out var value) && value is >= 0 and <= MaxNumber ? value : null;

    private static List<uint>? VersionList(ref Utf8JsonReader json)
    {
        if (!Member(ref json, "versions"u8, JsonTokenType.StartArray)) return null;
        var versions = new List<uint>();
        while (json.Read() && json.TokenType == JsonTokenType.Number)
        {
            if (versions.Count == MaxVersions || !json.TryGetUInt32(out var version)) return null;
            versions.Add(version);
        }

        return json.TokenType == JsonTokenType.EndArray ? versions : null;
    }
}
