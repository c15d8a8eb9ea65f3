using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Store;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;

namespace TalkyWalky.Client.Log;

/// <summary>Whether the log shows something.</summary>
internal enum LogProof
{
    /// <summary>Nobody can say now; to be asked again later.</summary>
    Passing,
    Proven,
    NotProven,
}

/// <summary>Asks one connection's gateway for device lists and believes what stands in the log, by a head that fits those seen before.</summary>
internal sealed class LogProofs(Database database, HeadCheck heads, GatewayLink link)
{
    /// <summary>An identity certificate stands in a device list of this person. Once proven it stays so.</summary>
    /// <param name="certificate">SHA-256 over its DER.</param>
    public async Task<LogProof> IdentityAsync(UserId user, Digest certificate)
    {
        if (await database.RunAsync(rows => rows.Log.IsProven(user, certificate), link.Ended)) return LogProof.Proven;
        var fetch = new FetchDeviceLists { User = ByteString.CopyFrom(user.ToArray()), Identity = ByteString.CopyFrom(certificate.ToArray()) };
        var (proof, lists) = await ListsAsync(user, fetch);
        if (proof != LogProof.Proven) return proof;
        if (!lists.Any(list => list.List.Devices.Any(device => device.Identity == certificate))) return LogProof.NotProven;
        await database.RunAsync(rows => rows.Log.SetProven(user, certificate), link.Ended);
        return LogProof.Proven;
    }

    /// <summary>Lists of a person behind a number, by rising number, as many as the gateway gives at once; each in the log.</summary>
    public Task<(LogProof Proof, IReadOnlyList<ProvenList> Lists)> ListsAsync(UserId user, ulong after) =>
        ListsAsync(user, new FetchDeviceLists { User = ByteString.CopyFrom(user.ToArray()), After = after });

    private async Task<(LogProof Proof, IReadOnlyList<ProvenList> Lists)> ListsAsync(UserId user, FetchDeviceLists fetch)
    {
        switch (await link.AskAsync(new ClientFrame { FetchDeviceLists = fetch }))
        {
            case { BodyCase: ServerFrame.BodyOneofCase.DeviceLists, DeviceLists: var page }:
                return await ReadAsync(user, page);
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused.Code: RefusalCode.Malformed }:
                return (LogProof.NotProven, []);
            default:
                return (LogProof.Passing, []);
        }
    }

    private async Task<(LogProof Proof, IReadOnlyList<ProvenList> Lists)> ReadAsync(UserId user, DeviceLists page)
    {
        if (heads.Book.Key is not { } key || TreeHead.TryVerify(page.Head.Span, key) is not { } head) return (LogProof.NotProven, []);
        switch (await heads.EnsureAsync(head.Size, head.Root, page.Head.Memory))
        {
            case HeadVerdict.Consistent: break;
            case HeadVerdict.Passing: return (LogProof.Passing, []);
            default: return (LogProof.NotProven, []);
        }

        var lists = new List<ProvenList>(page.Lists.Count);
        foreach (var leaf in page.Lists)
        {
            var hash = MerkleProof.HashLeaf(leaf.Data.Span);
            if (LogEntry.TryRead(leaf.Data.Span) is not DeviceList list || list.User != user || (lists is [.., var last] && list.Seq <= last.List.Seq)) return (LogProof.NotProven, []);
            if (Consistencies.Path(leaf.Path) is not { } path || !MerkleProof.VerifyInclusion(head.Root, head.Size, leaf.Index, hash, path)) return (LogProof.NotProven, []);
            lists.Add(new ProvenList(list, hash));
        }

        return (LogProof.Proven, lists);
    }
}

/// <param name="Hash">Of the leaf.</param>
internal sealed record ProvenList(DeviceList List, Digest Hash);
