using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The bodies of a file and of its parts (docs/protocol.md section 5.8).</summary>
internal static class FileBody
{
    public static string? Problem(MessageBody.File file) =>
        FileName.Problem(file.Name)
        ?? (!MediaType.IsWellFormed(file.Type) ? "the type of a file is no media type"
            : file.Size is < 0 or > Limits.File ? $"a file has at most {Limits.File / 1024 / 1024} MiB"
            : file.Parts.Count != Parts(file.Size) || file.Parts.Distinct().Count() != file.Parts.Count ? "a file names each of its parts once"
            : null);

    public static void Write(CanonicalJsonWriter json, MessageBody.File file)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        file.Digest.Write(digest);
        json.Raw("{\"kind\":\"file\",\"name\":"u8).String(file.Name).Raw(",\"type\":"u8).String(file.Type).Raw(",\"size\":"u8).Number(file.Size);
        json.Raw(",\"digest\":"u8).Base64Url(digest).Raw(",\"parts\":["u8);
        for (var i = 0; i < file.Parts.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            json.String(file.Parts[i].ToString());
        }

        json.Raw("]}"u8);
    }

    public static byte[] ToJson(MessageBody.File file)
    {
        using var json = new CanonicalJsonWriter();
        Write(json, file);
        return json.Written.ToArray();
    }

    public static MessageBody.File? TryRead(ReadOnlySpan<byte> json)
    {
        var reader = new CanonicalJsonReader(json);
        return reader.Literal("{\"kind\":\"file\""u8) ? Read(ref reader) : null;
    }

    /// <summary>What follows the kind, to the end.</summary>
    public static MessageBody.File? Read(ref CanonicalJsonReader reader)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        if (!reader.Literal(",\"name\":"u8)
            || !reader.String(Limits.FileName, out var name)
            || !reader.Literal(",\"type\":"u8)
            || !reader.String((2 * Limits.MediaTypeName) + 1, out var type)
            || !reader.Literal(",\"size\":"u8)
            || !reader.Number(Limits.File, out var size)
            || !reader.Literal(",\"digest\":"u8)
            || !reader.Base64Url(digest)
            || !Digest.TryRead(digest, out var whole)
            || !reader.Literal(",\"parts\":["u8)) return null;
        var parts = new List<MessageId>();
        for (var left = Parts(size); left > 0; left--)
        {
            if ((parts.Count > 0 && !reader.Literal(","u8)) || !reader.String(32, out var text) || !MessageId.TryParse(text, out var id)) return null;
            parts.Add(id);
        }

        var file = new MessageBody.File(name, type, size, whole, parts);
        return reader.Literal("]}"u8) && reader.AtEnd && Problem(file) is null ? file : null;
    }

    /// <summary>What follows the kind, to the end.</summary>
    public static MessageBody.Part? ReadPart(ref CanonicalJsonReader reader)
    {
        if (!reader.Literal(",\"data\":"u8)) return null;
        var length = StrictBase64Url.DecodedLength(reader.Remaining - 3);
        if (length is < 1 or > Limits.FilePart) return null;
        var data = new byte[length];
        return reader.Base64Url(data) && reader.Literal("}"u8) && reader.AtEnd ? new MessageBody.Part(data) : null;
    }

    private static int Parts(long size) => (int)((size + Limits.FilePart - 1) / Limits.FilePart);
}
