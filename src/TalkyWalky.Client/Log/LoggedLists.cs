using TalkyWalky.Client.Connect;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>A device list that stands in the log.</summary>
/// <param name="Hash">Of the leaf.</param>
/// <param name="Leaf">As the gateway showed it.</param>
internal sealed record LoggedList(DeviceList List, Digest Hash, Leaf Leaf);

internal abstract record ListsOutcome
{
    private ListsOutcome() { }

    /// <param name="Lists">By rising number.</param>
    public sealed record Shown(IReadOnlyList<LoggedList> Lists, bool More) : ListsOutcome;

    /// <summary>To be asked again later.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record Passing(string Why) : ListsOutcome;

    /// <summary>What came is not in the log that this device knows.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record Refused(string Why) : ListsOutcome;
}

/// <summary>Asks one connection's gateway for device lists, and believes those that it shows in a tree consistent with the one that is known here.</summary>
internal sealed class LoggedLists(HeadCheck heads, GatewayLink link)
{
    private const string NotInTheLog = "The server shows device lists that are not in the transparency log. Tell your administrator.";

    public async Task<ListsOutcome> AskAsync(UserId user, FetchDeviceLists ask)
    {
        ask.User = Google.Protobuf.ByteString.CopyFrom(user.ToArray());
        switch (await link.AskAsync(new ClientFrame { FetchDeviceLists = ask }))
        {
            case null:
                return new ListsOutcome.Passing("The connection broke before the server showed the transparency log.");
            case { BodyCase: ServerFrame.BodyOneofCase.DeviceLists, DeviceLists: var answer }:
                return await VerifyAsync(user, answer);
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: not (RefusalCode.NotAllowed or RefusalCode.Malformed) } refused }:
                return new ListsOutcome.Passing(Sentences.Of(refused.Text));
            default:
                return new ListsOutcome.Refused(NotInTheLog);
        }
    }

    private async Task<ListsOutcome> VerifyAsync(UserId user, DeviceLists answer)
    {
        if (heads.Book.Keys is not { } keys || SignedTree.TryVerify(answer.Head.Memory, keys) is not { } tree)
        {
            return Pki.Log.TreeHead.TryRead(answer.Head.Span) is { } next && heads.Book.MayFollow(next.Time, next.Size)
                ? new ListsOutcome.Passing("The server's next head of the transparency log is awaited.")
                : new ListsOutcome.Refused(NotInTheLog);
        }

        var lists = new List<LoggedList>(answer.Lists.Count);
        foreach (var leaf in answer.Lists)
        {
            if (LogEntry.TryRead(leaf.Data.Span) is not DeviceList list || list.User != user || (lists is [.., var before] && list.Seq <= before.List.Seq)) return new ListsOutcome.Refused(NotInTheLog);
            var hash = MerkleProof.HashLeaf(leaf.Data.Span);
            if (Consistencies.Path(leaf.Path) is not { } path || !MerkleProof.VerifyInclusion(tree.Root, tree.Size, leaf.Index, hash, path)) return new ListsOutcome.Refused(NotInTheLog);
            lists.Add(new LoggedList(list, hash, leaf));
        }

        return await heads.EnsureAsync(tree.Size, tree.Root, tree.Token) switch
        {
            HeadVerdict.Consistent => new ListsOutcome.Shown(lists, answer.More),
            HeadVerdict.Passing passing => new ListsOutcome.Passing(passing.Why),
            _ => new ListsOutcome.Refused(NotInTheLog),
        };
    }
}
