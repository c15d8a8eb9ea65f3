using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>What both halves of a session know of where it stands.</summary>
/// <param name="Head">Hash of the room's commit that made this epoch; null outside rooms.</param>
/// <param name="Signals">Null in a session that was saved before there were signals. Each state has its own copy.</param>
internal sealed record SessionPlace(SessionId Id, ConversationId Conversation, ulong Epoch, Digest? Head, SignalKey? Signals) : IDisposable
{
    private const byte HasHead = 1, HasSignals = 2;

    public static SessionPlace Start(SessionId id, SessionContext context, ReadOnlySpan<byte> seed) =>
        new(id, context.Conversation, context.Epoch, context.LedgerHead, SignalKey.Start(seed, id));

    /// <summary>For the next state.</summary>
    public SessionPlace Copy() => this with { Signals = Signals?.Copy() };

    public void Save(StateWriter state)
    {
        state.Digest(Id.Value);
        state.Digest(Conversation.Value);
        state.UInt64(Epoch);
        state.Byte((byte)((Head is null ? 0 : HasHead) | (Signals is null ? 0 : HasSignals)));
        if (Head is { } head) state.Digest(head);
        if (Signals is { } signals) state.Bytes(signals.Bytes);
    }

    /// <summary>Version 1 had neither head nor signal key.</summary>
    public static SessionPlace Load(ref StateReader state)
    {
        var id = new SessionId(state.Digest());
        var conversation = new ConversationId(state.Digest());
        var epoch = state.UInt64();
        var flags = state.Version == 1 ? 0 : state.Byte();
        if (epoch > (ulong)SignedBody.MaxEpoch || flags > (HasHead | HasSignals)) throw StateReader.Damaged();
        Digest? head = (flags & HasHead) != 0 ? state.Digest() : null;
        return new SessionPlace(id, conversation, epoch, head, (flags & HasSignals) != 0 ? SignalKey.Load(state.Bytes(KeySchedule.KeySize)) : null);
    }

    public void Dispose() => Signals?.Dispose();

    public override string ToString() => $"session {Id}";
}
