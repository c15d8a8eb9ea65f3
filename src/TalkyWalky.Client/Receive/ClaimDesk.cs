using TalkyWalky.Client.Log;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Receive;

/// <summary>Holds what grants claim against the transparency log (docs/protocol.md 3.3), over one connection. What a claim brought waits until it is proven.</summary>
internal sealed class ClaimDesk(Database database, SendContext context)
{
    /// <summary>A user head is good for an hour, and clocks differ.</summary>
    private static readonly TimeSpan ListLife = UserHead.MaxLife + LogBook.Skew;

    private UserId Self => context.Credentials.Identity.User;

    /// <summary>Looks at every claim once, and hands over each session that is proven. True when no claim is left.</summary>
    /// <param name="open">Forgets the claim and opens what waited for it, in one step: what comes later is opened behind it.</param>
    public async Task<bool> ProveAsync(Func<SessionId, Task> open)
    {
        var isDone = true;
        for (var after = 0L; await database.RunAsync(rows => rows.Claims.Next(after), context.Ended) is var (id, claim);)
        {
            after = id;
            if (await ProveAsync(claim) == LogProof.Proven) await open(claim.Session);
            else isDone = false;
        }

        return isDone;
    }

    private async Task<LogProof> ProveAsync(GrantClaim claim)
    {
        if (await TreeAsync(claim) is not LogProof.Proven and var tree) return tree;
        switch (await context.Proofs.IdentityAsync(claim.Author, claim.Certificate))
        {
            case LogProof.Passing:
                return LogProof.Passing;
            case LogProof.NotProven:
                await context.Log.Alarms.RaiseAsync(
                    "an identity that the log does not show", null,
                    $"Somebody wrote in the name of {await NameAsync(claim.Author)} with a key that the transparency log does not show. What came with it is not shown here. ");
                return LogProof.NotProven;
            default:
                return await OwnListAsync(claim);
        }
    }

    private async Task<LogProof> TreeAsync(GrantClaim claim)
    {
        var book = context.Log.Book;
        if (book.Keys is not { } keys || TreeHead.TryVerify(claim.Tree.Span, keys) is not { } head)
        {
            if (TreeHead.TryRead(claim.Tree.Span) is { } next && book.MayFollow(next.Time, next.Size)) return LogProof.Passing;
            await context.Log.Alarms.RaiseAsync(
                "a head that the log's key did not sign", null,
                $"A message in the name of {await NameAsync(claim.Author)} names a state of the transparency log that was never signed. It is not shown here. ");
            return LogProof.NotProven;
        }

        return await context.Log.EnsureAsync(head.Size, head.Root, claim.Tree) switch
        {
            HeadVerdict.Consistent => LogProof.Proven,
            HeadVerdict.Passing => LogProof.Passing,
            _ => LogProof.NotProven,
        };
    }

    // What the author was told of this person's devices is the author's misfortune, not a reason to hide the words: it is told, and they are shown.
    private async Task<LogProof> OwnListAsync(GrantClaim claim)
    {
        if (claim is { ListSeq: 1, ListHash: var none } && none == default) return LogProof.Proven; // written in direct mode by somebody who had seen no list
        if (await database.RunAsync(rows => rows.Log.SeenList(Self), context.Ended) is { } seen && seen.Seq == claim.ListSeq && seen.Hash == claim.ListHash) return LogProof.Proven;
        var (proof, lists) = await context.Proofs.ListsAsync(Self, claim.ListSeq - 1);
        if (proof == LogProof.Passing) return proof;
        if (proof == LogProof.NotProven || lists is not [var named, ..] || named.List.Seq != claim.ListSeq || named.Hash != claim.ListHash)
        {
            await context.Log.Alarms.RaiseAsync(
                "another device list of oneself", null, $"{await NameAsync(claim.Author)} was shown another list of your devices than the transparency log has, so that somebody else may read what is sent to you. ");
        }
        else if (lists is [_, var next, ..] && claim.Sent - next.List.Time > ListLife)
        {
            await context.Log.Alarms.RaiseAsync(
                "an old device list of oneself", null, $"{await NameAsync(claim.Author)} was shown an old list of your devices, as if nothing had changed since. ");
        }

        return LogProof.Proven;
    }

    private async Task<string> NameAsync(UserId user) => await database.RunAsync(rows => rows.Contacts.Find(user)?.Username ?? user.ToString(), context.Ended);
}
