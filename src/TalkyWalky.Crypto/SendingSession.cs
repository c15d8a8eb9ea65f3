using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The sending half of a session at one position. Sealing returns the next position; the caller stores it with the sealed bytes.</summary>
public sealed class SendingSession : IDisposable
{
    private SendingSession() { }

    public SessionId Id => throw new NotSupportedException();

    public ConversationId Conversation => throw new NotSupportedException();

    public ulong Epoch => throw new NotSupportedException();

    /// <summary>Index of the next message.</summary>
    public int N => throw new NotSupportedException();

    public DateTimeOffset StartedAt => throw new NotSupportedException();

    /// <summary>SHA-256 over the sorted recipient encryption certificates: changes when any device or key does.</summary>
    public Digest RecipientRoot => throw new NotSupportedException();

    /// <summary>The last message sealed; null before the first.</summary>
    public SessionEnd? End => throw new NotSupportedException();

    /// <summary>True after 1,000 messages or 7 days: start a new one.</summary>
    public bool IsSpent(DateTimeOffset now) => throw new NotSupportedException();

    public SealedMessage Seal(MessageId id, MessageBody body, DateTimeOffset time) => throw new NotSupportedException();

    /// <summary>State with secrets, for encrypted storage only.</summary>
    public byte[] Save() => throw new NotSupportedException();

    public static SendingSession Load(ReadOnlySpan<byte> saved) => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}

/// <param name="Jwe">The compact JWE, ASCII: the envelope's payload.</param>
public sealed record SealedMessage(byte[] Jwe, int N, SendingSession Next);
