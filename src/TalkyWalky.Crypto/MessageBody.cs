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

    /// <summary>A kind that this version does not know; kept whole so that a later one can show it. At most 256 KiB.</summary>
    /// <param name="Json">The whole object, its first member <c>"kind"</c>.</param>
    public sealed record Unknown(string Kind, ReadOnlyMemory<byte> Json) : MessageBody;
}
