using TalkyWalky.Wire;

namespace TalkyWalky.Engines;

/// <summary>
/// What the transparency log must remember (docs/protocol.md section 3), in the same database as <see cref="IStore"/>. One process appends, the authority; gateways read.
/// It keeps bytes and hashes and looks into none.
/// </summary>
public interface ILogStore
{
    /// <summary>How many leaves there are.</summary>
    Task<ulong> SizeAsync(CancellationToken cancellation);

    /// <summary>
    /// Changes that no leaf tells of yet, in the order in which they were made. <see cref="IStore"/> notes each in the same step as the change itself, so none is lost, whoever dies when.
    /// </summary>
    Task<IReadOnlyList<LogChange>> ChangesAsync(int limit, CancellationToken cancellation);

    /// <summary>
    /// Appends behind the <paramref name="size"/> leaves that are there and forgets the changes that they tell of, all in one step. False when the log has another size: someone else appends.
    /// Throws <see cref="ArgumentException"/> when nodes or lists do not fit the leaves.
    /// </summary>
    Task<bool> AppendAsync(ulong size, LogBatch batch, CancellationToken cancellation);

    /// <summary>Leaf data from an index on, as many as fit into <paramref name="maxBytes"/>; at least one if there is any.</summary>
    Task<IReadOnlyList<byte[]>> LeavesAsync(ulong first, int maxBytes, CancellationToken cancellation);

    /// <summary>Hashes from an index on: of leaves (level 0), or of complete subtrees of 256^level leaves. Fewer than <paramref name="count"/> at the end.</summary>
    Task<IReadOnlyList<Digest>> HashesAsync(int level, ulong first, int count, CancellationToken cancellation);

    /// <summary>Keeps a signed tree head for the gateways; one of a smaller tree than the one kept is ignored.</summary>
    Task SetTreeHeadAsync(LoggedTreeHead head, CancellationToken cancellation);

    /// <summary>Null before the first.</summary>
    Task<LoggedTreeHead?> TreeHeadAsync(CancellationToken cancellation);

    /// <summary>Keeps signed user heads; one that is not for the newest list of its person is ignored.</summary>
    Task SetUserHeadsAsync(IReadOnlyCollection<SignedUserHead> heads, CancellationToken cancellation);

    /// <summary>Newest device list and head of each of these people who has a list; a head may have expired.</summary>
    Task<IReadOnlyDictionary<UserId, UserStatement>> UserStatementsAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation);

    /// <summary>Newest lists of people without a head or with one that expires before this time, by user.</summary>
    Task<IReadOnlyList<LoggedList>> ListsToSignAsync(DateTimeOffset expiring, int limit, CancellationToken cancellation);

    /// <summary>A person's lists by rising number, those after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<LoggedList>> ListsAsync(UserId user, ulong after, int limit, CancellationToken cancellation);

    /// <summary>The first list of this person that names this identity certificate.</summary>
    /// <param name="identity">SHA-256 over its DER.</param>
    Task<LoggedList?> FindListAsync(UserId user, Digest identity, CancellationToken cancellation);
}

public enum LogChangeKind
{
    /// <summary>A certificate was issued; the key is its serial.</summary>
    Certificate = 0,

    /// <summary>A certificate was revoked; the key is its serial.</summary>
    Revocation = 1,

    /// <summary>A commit was appended; the key is the room's id in hex, a slash, the epoch.</summary>
    Commit = 2,

    /// <summary>A device of a person let another in; the key is the id of the one let in.</summary>
    Approval = 3,

    /// <summary>Devices of a person may have changed; the key is the user's id.</summary>
    Devices = 4,
}

/// <param name="Id">Rising.</param>
public sealed record LogChange(long Id, LogChangeKind Kind, string Key);

/// <param name="Leaves">The next ones, in order.</param>
/// <param name="Nodes">Hashes of the subtrees that these leaves complete.</param>
/// <param name="Lists">Those of the leaves that are device lists.</param>
/// <param name="Through">Changes up to this id are told of.</param>
public sealed record LogBatch(IReadOnlyList<LogLeaf> Leaves, IReadOnlyList<LogNode> Nodes, IReadOnlyList<ListedLeaf> Lists, long Through)
{
    private const int TileBits = 8, MaxLevel = 7;

    /// <summary>Throws <see cref="ArgumentException"/> unless it has exactly the nodes that it completes behind <paramref name="size"/> leaves, in order, and its lists are among its leaves.</summary>
    public void Check(ulong size)
    {
        var end = size + (ulong)Leaves.Count;
        var next = Enumerable.Range(0, MaxLevel + 1).Select(level => size >> (TileBits * level)).ToArray();
        foreach (var node in Nodes)
        {
            if (node.Level is < 1 or > MaxLevel || node.Index != next[node.Level]++)
                throw new ArgumentException($"the node {node.Index} of level {node.Level} does not come next in a log of {size} leaves", nameof(size));
        }

        for (var level = 1; level <= MaxLevel; level++)
        {
            if (next[level] != end >> (TileBits * level))
                throw new ArgumentException($"{end} leaves complete {end >> (TileBits * level)} nodes of level {level}, not {next[level]}", nameof(size));
        }

        if (Lists.FirstOrDefault(list => list.Index < size || list.Index >= end) is { } stray)
            throw new ArgumentException($"list {stray.Seq} of {stray.User} is said to be leaf {stray.Index}, which is not among {size} to {end}", nameof(size));
    }
}

public sealed record LogLeaf(byte[] Data, Digest Hash);

/// <summary>The hash of the complete subtree of 256^<paramref name="Level"/> leaves, the <paramref name="Index"/>th of them.</summary>
public sealed record LogNode(int Level, ulong Index, Digest Hash);

/// <param name="Identities">SHA-256 over the DER of each identity certificate that it names.</param>
public sealed record ListedLeaf(UserId User, ulong Seq, ulong Index, IReadOnlyList<Digest> Identities);

/// <param name="Index">Of the leaf in the log.</param>
/// <param name="Data">The leaf.</param>
public sealed record LoggedList(UserId User, ulong Seq, ulong Index, byte[] Data);

/// <param name="Token">The compact JWS, typ tw-tree-head.</param>
/// <param name="Keys">By which statements the key that signed it came to be the log's, compact JWS, typ tw-log-key, a line feed behind each; as a rule none.</param>
public sealed record LoggedTreeHead(ulong Size, byte[] Token, byte[] Keys);

/// <param name="Token">The compact JWS, typ tw-user-head.</param>
/// <param name="Path">The list's audit path in the tree that the head names, hashes of 32 bytes one after the other.</param>
public sealed record SignedUserHead(UserId User, ulong Seq, byte[] Token, byte[] Path, DateTimeOffset Expires);

/// <param name="Head">Null when none was signed for this list yet.</param>
public sealed record UserStatement(LoggedList List, SignedUserHead? Head);
