using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>What a message says. The server never sees which of these it is.</summary>
public abstract record MessageBody
{
    private MessageBody() { }

    /// <summary>Why this cannot be sent, as a sentence for a person; null when it can.</summary>
    public string? Problem() => BodyCodec.Problem(this);

    /// <summary>At most <see cref="Limits.Text"/> bytes of UTF-8.</summary>
    public sealed record Text(string Value) : MessageBody;

    /// <summary>Messages of the addressee that are stored on this device. 1 to 500 ids.</summary>
    public sealed record Receipt(IReadOnlyList<MessageId> Delivered) : MessageBody;

    /// <summary>Messages of the addressee that the person has seen. 1 to 500 ids.</summary>
    public sealed record Read(IReadOnlyList<MessageId> Ids) : MessageBody;

    /// <summary>Nothing to show: it carries its session's ledger head to the others.</summary>
    public sealed record Empty : MessageBody;

    /// <summary>Bytes of a file, 1 to <see cref="Limits.FilePart"/>; nothing to show before a <see cref="File"/> names it.</summary>
    public sealed record Part(ReadOnlyMemory<byte> Data) : MessageBody;

    /// <summary>A file, whose bytes are in parts that went before.</summary>
    /// <param name="Size">At most <see cref="Limits.File"/>.</param>
    /// <param name="Digest">SHA-256 of all bytes.</param>
    /// <param name="Parts">Message ids in the order of the bytes, each once; all but the last have <see cref="Limits.FilePart"/> bytes.</param>
    public sealed record File(string Name, string Type, long Size, Digest Digest, IReadOnlyList<MessageId> Parts) : MessageBody
    {
        public const string Kind = "file";

        public byte[] ToJson() => FileBody.ToJson(this);

        /// <summary>Null when it is not written as the format says.</summary>
        public static File? TryRead(ReadOnlySpan<byte> json) => FileBody.TryRead(json);
    }

    /// <summary>A kind that this version does not know; kept whole so that a later one can show it. At most 256 KiB.</summary>
    /// <param name="Json">The whole object, its first member <c>"kind"</c>.</param>
    public sealed record Unknown(string Kind, ReadOnlyMemory<byte> Json) : MessageBody;
}
