using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;

namespace TalkyWalky.Authority;

/// <summary>First line of an exported log: whose it is.</summary>
/// <param name="Root">DER.</param>
/// <param name="LogKey">SubjectPublicKeyInfo, DER.</param>
/// <param name="Issuing">DER, those that are retired among them.</param>
public sealed record LogExportHeader(int V, byte[] Root, byte[] LogKey, IReadOnlyList<byte[]> Issuing)
{
    public const int Version = 1;

    public static LogExportHeader Of(TrustAnchor anchor, IReadOnlyList<byte[]> issuing) => new(Version, anchor.Der.ToArray(), anchor.Log!.Info.ToArray(), issuing);

    /// <summary>Null when it names no key that a log may have.</summary>
    public TrustAnchor? Anchor() => Pki.Log.LogKey.TryRead(LogKey) is { } key ? TrustAnchor.FromRoot(Root, key) : null;
}

/// <summary>Last line: the signed head of exactly the lines between.</summary>
public sealed record LogExportEnd(string Head);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, MaxDepth = 3)]
[JsonSerializable(typeof(LogExportHeader))]
[JsonSerializable(typeof(LogExportEnd))]
public sealed partial class LogExportJson : JsonSerializerContext;

/// <summary>An exported log, line by line: the header, each leaf as it is (canonical JSON has no line ends), the head. A line is bounded, so any file may be given.</summary>
public sealed class LogExportReader(Stream file)
{
    private readonly byte[] _line = new byte[LogEntry.MaxSize + 1];
    private readonly byte[] _chunk = new byte[64 * 1024];
    private int _at, _read;

    /// <summary>The next line without its end; null behind the last. Valid until the next call.</summary>
    /// <exception cref="InvalidDataException">A line is too long for a log.</exception>
    public ReadOnlyMemory<byte>? Next()
    {
        var length = 0;
        while (true)
        {
            if (_at == _read)
            {
                (_at, _read) = (0, file.Read(_chunk));
                if (_read == 0) return length == 0 ? default(ReadOnlyMemory<byte>?) : _line.AsMemory(0, length);
            }

            var rest = _chunk.AsSpan(_at, _read - _at);
            var end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (length + part.Length > LogEntry.MaxSize) throw new InvalidDataException("a line is longer than an entry of a log can be");
            part.CopyTo(_line.AsSpan(length));
            length += part.Length;
            _at += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0) return _line.AsMemory(0, length);
        }
    }

    /// <summary>Null for a line that is no such object.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
