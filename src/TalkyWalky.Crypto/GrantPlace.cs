using TalkyWalky.Wire;

namespace TalkyWalky.Crypto;

/// <summary>The conversation, and the state of it, that a session belongs to.</summary>
public abstract record GrantPlace
{
    private GrantPlace() { }

    public abstract ConversationId Conversation { get; }

    /// <summary>0 outside rooms.</summary>
    public abstract ulong Epoch { get; }

    /// <summary>Hash of the room's commit that made this epoch; null outside rooms.</summary>
    public abstract Digest? Head { get; }

    /// <summary>Two people, in any order; the same one twice for the conversation between a person's own devices.</summary>
    /// <param name="Root">The trust anchor's hash.</param>
    public sealed record Direct(Digest Root, UserId One, UserId Other) : GrantPlace
    {
        public override ConversationId Conversation => ConversationId.Direct(Root, One, Other);

        public override ulong Epoch => 0;

        public override Digest? Head => null;

        public bool Has(UserId user) => user == One || user == Other;

        /// <summary>The other one, as a member sees it; oneself between own devices.</summary>
        public UserId PeerOf(UserId member) => member == One ? Other : One;
    }

    /// <summary>A room whose members stand in its ledger: whoever opens a grant for one asks the ledger.</summary>
    public sealed record Room : GrantPlace
    {
        /// <exception cref="ArgumentOutOfRangeException">The epoch is 0 or above 2^53 - 1.</exception>
        public Room(ConversationId room, ulong epoch, Digest head)
        {
            ArgumentOutOfRangeException.ThrowIfZero(epoch);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, (ulong)SignedBody.MaxEpoch);
            (Conversation, Epoch, Head) = (room, epoch, head);
        }

        public override ConversationId Conversation { get; }

        public override ulong Epoch { get; }

        public override Digest? Head { get; }
    }
}
