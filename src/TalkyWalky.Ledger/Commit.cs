using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>One signed step of a room. Made by <see cref="Commits"/> only.</summary>
public sealed class Commit
{
    internal Commit(
        ConversationId room, ulong epoch, Digest previous, UserId actor, DeviceId device, RoomAction action, DateTimeOffset time, ReadOnlyMemory<byte> token)
    {
        (Epoch, Previous, Actor, Device, Action, Time, Token) = (epoch, previous, actor, device, action, time, token);
        Hash = Commits.HashOf(token.Span);
        Room = epoch == 1 && action is RoomAction.Create ? new ConversationId(Hash) : room;
    }

    /// <summary>Of a create: its own hash.</summary>
    public ConversationId Room { get; }

    /// <summary>1 for a create, then one more for each commit.</summary>
    public ulong Epoch { get; }

    /// <summary>Hash of the commit before; all zero for a create.</summary>
    public Digest Previous { get; }

    public UserId Actor { get; }

    /// <summary>The device that signed.</summary>
    public DeviceId Device { get; }

    public RoomAction Action { get; }

    /// <summary>The actor's clock, whole milliseconds.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The head of the ledger after this commit.</summary>
    public Digest Hash { get; }

    /// <summary>Compact JWS, ASCII.</summary>
    public ReadOnlyMemory<byte> Token { get; }
}
