using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// Signs heads. Each tree head is on disk, beside the CA's keys, before anyone sees it: a store that lacks what was signed once is an old copy, and is found out by that.
/// </summary>
/// <param name="folder">Of the file <c>log.head</c>.</param>
internal sealed class LogHeads(LogSigner signer, string folder, ILogStore log)
{
    /// <summary>People whose heads are signed in one step.</summary>
    private const int Page = 500;

    private const string Remedy =
        "Devices have seen the newer log and would refuse this one, so nothing is issued: bring back the newest copy of the database. Where there is none, everybody joins a new authority (docs/transparency.md)";

    private readonly AuthorityFolder _folder = new(folder);

    /// <summary>The newest that was signed, here or before the last start; null before the first.</summary>
    public TreeHead? Newest { get; private set; }

    public LogSigner Signer => signer;

    /// <summary>The store has <see cref="Newest"/>.</summary>
    public bool IsPublished { get; private set; }

    /// <summary>What was signed before. Throws <see cref="AuthorityException"/> with a sentence when the store's log does not go on from there.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (await log.TreeHeadAsync(cancellation) is { } published && TreeHead.TryVerify(published.Token, signer.Keys) is null)
            throw new AuthorityException("the transparency log in the database was signed by another key than this authority's: database and data folder do not belong together; bring those that do, or give this authority an empty database");
        if (_folder.TryReadBytes(AuthorityFolder.LogHead) is not { } token) return;
        var file = _folder.PathOf(AuthorityFolder.LogHead);
        Newest = TreeHead.TryVerify(token, signer.Keys) ?? throw new AuthorityException($"{file} is damaged: it holds no head that this authority's log key signed; restore it from a backup");
        await CheckAsync(Newest, cancellation);
    }

    /// <summary>The whole log as it is: signed, kept, and then for all to see.</summary>
    public async Task SignAsync(ulong size, DateTimeOffset time, CancellationToken cancellation)
    {
        var head = new TreeHead(size, (await AnswerAsync(new LogTiles(log), LogTree.Root(size), cancellation))[0], time);
        var token = signer.Sign(head);
        IsPublished = false;
        _folder.Replace(AuthorityFolder.LogHead, token);
        Newest = head;
        await log.SetTreeHeadAsync(new LoggedTreeHead(size, token, signer.Keys.Encode()), cancellation);
        IsPublished = true;
    }

    /// <summary>Heads for people who have none, or one that expires before this time; of some of them at once. False when there are no more.</summary>
    public async Task<bool> SignUsersAsync(DateTimeOffset expiring, DateTimeOffset time, CancellationToken cancellation)
    {
        if (Newest is not { } tree || tree.Size < signer.Keys.From) return false; // a new key signs a larger tree first
        var lists = await log.ListsToSignAsync(expiring, Page, cancellation);
        if (lists.Count == 0) return false;
        var tiles = new LogTiles(log);
        var heads = new List<SignedUserHead>(lists.Count);
        foreach (var list in lists.Where(list => list.Index < tree.Size)) // the others' tree is signed first
        {
            var path = await AnswerAsync(tiles, LogTree.Inclusion(list.Index, tree.Size), cancellation);
            var head = new UserHead(list.User, list.Seq, MerkleProof.HashLeaf(list.Data), list.Index, tree.Size, tree.Root, time, time + UserHead.MaxLife);
            heads.Add(new SignedUserHead(list.User, list.Seq, signer.Sign(head), [.. path.SelectMany(static hash => hash.ToArray())], head.Expires));
        }

        await log.SetUserHeadsAsync(heads, cancellation);
        return heads.Count == Page;
    }

    private async Task CheckAsync(TreeHead head, CancellationToken cancellation)
    {
        RequireSize(await log.SizeAsync(cancellation));
        if ((await AnswerAsync(new LogTiles(log), LogTree.Root(head.Size), cancellation))[0] != head.Root)
            throw new AuthorityException($"the transparency log in the database begins otherwise than the one of {head.Size} entries that this authority signed on {head.Time:u}: it is another log, or was changed. {Remedy}");
    }

    /// <summary>Throws <see cref="AuthorityException"/> when the log has fewer leaves than were signed.</summary>
    public void RequireSize(ulong size)
    {
        if (Newest is { } head && size < head.Size)
            throw new AuthorityException($"the transparency log in the database has {size} entries, but this authority signed one of {head.Size} on {head.Time:u}: the database was brought back from an older copy. {Remedy}");
    }

    public static async Task<IReadOnlyList<Digest>> AnswerAsync(LogTiles tiles, LogQuestion question, CancellationToken cancellation)
    {
        try
        {
            return question.Answer(await tiles.ReadAsync(question.Tiles, cancellation));
        }
        catch (InvalidDataException lacking)
        {
            throw new EngineException($"{lacking.Message}; restore it from a backup", lacking);
        }
    }
}
