using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The receiving half of a session. Opening returns what would change; the caller stores text, id and next state in one transaction.</summary>
public sealed class ReceivingSession : IDisposable
{
    private ReceivingSession() { }

    public SessionId Id => throw new NotSupportedException();

    public ConversationId Conversation => throw new NotSupportedException();

    public UserId SenderUser => throw new NotSupportedException();

    public DeviceId SenderDevice => throw new NotSupportedException();

    public Digest SenderCertificate => throw new NotSupportedException();

    /// <summary>One past the highest index opened.</summary>
    public int Next => throw new NotSupportedException();

    /// <summary>Indexes below <see cref="Next"/> that have not arrived.</summary>
    public IReadOnlyCollection<int> Missing => throw new NotSupportedException();

    public OpenOutcome Open(ReadOnlyMemory<byte> jwe) => throw new NotSupportedException();

    /// <summary>The session a message belongs to, read from its header without any key. Null when it is not a message at all.</summary>
    public static SessionId? Peek(ReadOnlySpan<byte> jwe) => throw new NotSupportedException();

    public byte[] Save() => throw new NotSupportedException();

    public static ReceivingSession Load(ReadOnlySpan<byte> saved) => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}

public abstract record OpenOutcome
{
    private OpenOutcome() { }

    /// <param name="ChainIntact">False when the author signed another predecessor than the one received: show it, and alarm.</param>
    public sealed record Opened(MessageId Id, int N, DateTimeOffset SentAt, MessageBody Body, bool ChainIntact, ReceivingSession Next) : OpenOutcome;

    /// <summary>This index was opened before.</summary>
    public sealed record Duplicate : OpenOutcome;

    public sealed record Rejected(RejectReason Reason) : OpenOutcome;
}
