using System.Buffers;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The member "body" of a message: one canonical JSON object for each kind (docs/protocol.md section 5).</summary>
internal static class BodyCodec
{
    public const int MaxIds = 500, MaxKind = 32, MaxUnknown = 256 * 1024;

    private static readonly SearchValues<char> KindCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Why this body cannot be sent, as a sentence; null when it can.</summary>
    public static string? Problem(MessageBody body) => body switch
    {
        MessageBody.Text text when text.Value.Length > Limits.Text => TooLong,
        MessageBody.Text text when !UnicodeText.IsWellFormed(text.Value) => "the text holds half of a surrogate pair; remove it",
        MessageBody.Text text when Encoding.UTF8.GetByteCount(text.Value) > Limits.Text => TooLong,
        MessageBody.Receipt { Delivered.Count: 0 or > MaxIds } or MessageBody.Read { Ids.Count: 0 or > MaxIds } => $"a receipt names 1 to {MaxIds} messages",
        MessageBody.Part { Data.Length: 0 or > Limits.FilePart } => $"a part of a file has 1 to {Limits.FilePart} bytes",
        MessageBody.File file => FileBody.Problem(file),
        MessageBody.Unknown unknown when !IsWellFormed(unknown) => "the body is not a canonical JSON object whose first member is its kind",
        _ => null,
    };

    public static void Write(CanonicalJsonWriter json, MessageBody body)
    {
        switch (body)
        {
            case MessageBody.Text text:
                json.Raw("{\"kind\":\"text\",\"text\":"u8).String(text.Value).Raw("}"u8);
                break;
            case MessageBody.Receipt receipt:
                WriteIds(json, "{\"kind\":\"receipt\",\"delivered\":["u8, receipt.Delivered);
                break;
            case MessageBody.Read read:
                WriteIds(json, "{\"kind\":\"read\",\"read\":["u8, read.Ids);
                break;
            case MessageBody.Empty:
                json.Raw("{\"kind\":\"empty\"}"u8);
                break;
            case MessageBody.Part part:
                json.Raw("{\"kind\":\"part\",\"data\":"u8).Base64Url(part.Data.Span).Raw("}"u8);
                break;
            case MessageBody.File file:
                FileBody.Write(json, file);
                break;
            case MessageBody.Unknown unknown:
                json.Raw(unknown.Json.Span);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(body));
        }
    }

    /// <summary>Null when this is no body, or a known kind that is not written as its format says.</summary>
    public static MessageBody? TryRead(ref CanonicalJsonReader reader)
    {
        if (!reader.Value(out var raw)) return null;
        var inside = new CanonicalJsonReader(raw);
        if (!inside.Literal("{\"kind\":"u8) || !inside.String(MaxKind, out var kind) || !IsKind(kind)) return null;
        return kind switch
        {
            "text" => ReadText(ref inside),
            "receipt" => ReadIds(ref inside, ",\"delivered\":["u8) is { } ids ? new MessageBody.Receipt(ids) : null,
            "read" => ReadIds(ref inside, ",\"read\":["u8) is { } ids ? new MessageBody.Read(ids) : null,
            "empty" => inside.Literal("}"u8) && inside.AtEnd ? new MessageBody.Empty() : null,
            "part" => FileBody.ReadPart(ref inside),
            "file" => FileBody.Read(ref inside),
            _ => raw.Length <= MaxUnknown ? new MessageBody.Unknown(kind, raw.ToArray()) : null,
        };
    }

    private static string TooLong => $"a message holds at most {Limits.Text / 1024} KiB of text; send it in parts";

    private static MessageBody.Text? ReadText(ref CanonicalJsonReader reader) =>
        reader.Literal(",\"text\":"u8) && reader.String(Limits.Text, out var text) && reader.Literal("}"u8) && reader.AtEnd ? new MessageBody.Text(text) : null;

    private static void WriteIds(CanonicalJsonWriter json, ReadOnlySpan<byte> start, IReadOnlyList<MessageId> ids)
    {
        json.Raw(start);
        for (var i = 0; i < ids.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            json.String(ids[i].ToString());
        }

        json.Raw("]}"u8);
    }

    private static List<MessageId>? ReadIds(ref CanonicalJsonReader reader, ReadOnlySpan<byte> start)
    {
        if (!reader.Literal(start)) return null;
        var ids = new List<MessageId>();
        do
        {
            if (ids.Count == MaxIds || !reader.String(32, out var text) || !MessageId.TryParse(text, out var id)) return null;
            ids.Add(id);
        }
        while (reader.Literal(","u8));
        return reader.Literal("]}"u8) && reader.AtEnd ? ids : null;
    }

    private static bool IsKind(string kind) => kind.Length > 0 && !kind.AsSpan().ContainsAnyExcept(KindCharacters);

    private static bool IsWellFormed(MessageBody.Unknown unknown)
    {
        var reader = new CanonicalJsonReader(unknown.Json.Span);
        return TryRead(ref reader) is MessageBody.Unknown read && reader.AtEnd && string.Equals(read.Kind, unknown.Kind, StringComparison.Ordinal);
    }
}
