using Google.Protobuf;
using TalkyWalky.Harness;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;
using UserHead = TalkyWalky.Pki.Log.UserHead;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>Another version of the log, signed by its very key, which the operator shows to one person: all heads and proofs of it fit together.</summary>
internal sealed class OtherLog
{
    private readonly RogueAuthority _rogue;
    private readonly List<byte[]> _leaves;
    private readonly MerkleTree _tree;
    private readonly List<Digest> _hashes;

    /// <param name="more">What stands behind the leaves that both versions have.</param>
    public OtherLog(RogueAuthority rogue, params IReadOnlyList<LogEntry> more)
    {
        _rogue = rogue;
        _leaves = [.. rogue.Leaves, .. more.Select(static entry => entry.Encode())];
        _hashes = [.. _leaves.Select(static leaf => MerkleProof.HashLeaf(leaf))];
        _tree = new MerkleTree(_hashes);
    }

    /// <summary>The number of the list that heads call a person's newest, where it is another one than the last.</summary>
    public Dictionary<UserId, ulong> Says { get; } = [];

    /// <summary>What else the operator does to what the server says of a person, whose list is this log's by then.</summary>
    public Action<PersonFound> Beside { get; set; } = static _ => { };

    private ulong Size => (ulong)_hashes.Count;

    /// <summary>What the person asks of the log is answered here.</summary>
    public async Task<IEnumerable<ClientFrame>> FromDeviceAsync(FrameProxy.Line line, ClientFrame frame)
    {
        switch (frame.BodyCase)
        {
            case ClientFrame.BodyOneofCase.FetchConsistency:
                await line.ToDeviceAsync(new ServerFrame { Consistency = Answer(frame.FetchConsistency) });
                return [];
            case ClientFrame.BodyOneofCase.FetchDeviceLists:
                await line.ToDeviceAsync(new ServerFrame { DeviceLists = Answer(frame.FetchDeviceLists) });
                return [];
            default:
                return [frame];
        }
    }

    /// <summary>Heads and statements that the real server sends become those of this log.</summary>
    public IEnumerable<ServerFrame> ToDevice(ServerFrame frame)
    {
        if (frame.TreeHead is not null) frame.TreeHead.Token = ByteString.CopyFrom(Head());
        if (frame.PersonFound is { } found) Change(found);
        foreach (var person in frame.RosterPage?.People ?? []) Change(person);
        return [frame];
    }

    private byte[] Head() => _rogue.Sign(new TreeHead(Size, _tree.Root, Now()));

    private void Change(PersonFound found)
    {
        if (found.Statement is not { } statement || !UserId.TryRead(found.Person.User.Span, out var user)) return;
        var (index, list) = ListsOf(user).Last(one => !Says.TryGetValue(user, out var seq) || one.List.Seq == seq);
        var now = Now();
        statement.List = ByteString.CopyFrom(_leaves[index]);
        statement.Head = ByteString.CopyFrom(_rogue.Sign(new UserHead(user, list.Seq, _hashes[index], (ulong)index, Size, _tree.Root, now, now.AddHours(1))));
        statement.Path.Clear();
        statement.Path.AddRange(_tree.PathTo(index).Select(Bytes));
        Beside(found);
    }

    private IEnumerable<(int Index, DeviceList List)> ListsOf(UserId user) =>
        _leaves.Select(static (leaf, index) => (index, LogEntry.TryRead(leaf) as DeviceList)).Where(one => one.Item2?.User == user)!;

    private Consistency Answer(FetchConsistency fetch)
    {
        var answer = new Consistency { Request = fetch.Request };
        if (fetch.Second > Size) return answer;
        var (first, second) = (new MerkleTree(_hashes[..(int)fetch.First]), new MerkleTree(_hashes[..(int)fetch.Second]));
        (answer.FirstRoot, answer.SecondRoot) = (Bytes(first.Root), Bytes(second.Root));
        var question = LogTree.Consistency(fetch.First, fetch.Second);
        answer.Path.AddRange(question.Answer(question.Tiles.ToDictionary(static tile => tile, Read)).Select(Bytes));
        return answer;
    }

    private DeviceLists Answer(FetchDeviceLists fetch)
    {
        var answer = new DeviceLists { Request = fetch.Request, Head = ByteString.CopyFrom(Head()) };
        Assert.True(UserId.TryRead(fetch.User.Span, out var user));
        foreach (var (index, list) in ListsOf(user).DistinctBy(static one => one.List.Seq))
        {
            var isAsked = fetch.WhichCase == FetchDeviceLists.WhichOneofCase.After
                ? list.Seq > fetch.After
                : answer.Lists.Count == 0 && list.Devices.Any(device => fetch.Identity.Span.SequenceEqual(device.Identity.ToArray()));
            if (!isAsked) continue;
            var leaf = new Leaf { Data = ByteString.CopyFrom(_leaves[index]), Index = (ulong)index };
            leaf.Path.AddRange(_tree.PathTo(index).Select(Bytes));
            answer.Lists.Add(leaf);
        }

        return answer;
    }

    // Fewer than 256 leaves: one tile.
    private IReadOnlyList<Digest> Read((int Level, ulong First, int Count) tile) => tile.Level == 0
        ? _hashes[(int)tile.First..Math.Min(_hashes.Count, (int)tile.First + tile.Count)]
        : throw new NotSupportedException("the log of a test is small");

    private static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
