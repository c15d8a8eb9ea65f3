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
        if (frame.PersonFound is { Statement: { } found }) Change(found);
        foreach (var person in frame.RosterPage?.People ?? []) Change(person.Statement);
        return [frame];
    }

    private byte[] Head() => _rogue.Sign(new TreeHead(Size, _tree.Root, Now()));

    private void Change(UserStatement? statement)
    {
        if (statement is null || LogEntry.TryRead(statement.List.Span) is not DeviceList list) return;
        var hash = MerkleProof.HashLeaf(statement.List.Span);
        var index = _hashes.IndexOf(hash);
        if (index < 0) return;
        var now = Now();
        statement.Head = ByteString.CopyFrom(_rogue.Sign(new UserHead(list.User, list.Seq, hash, (ulong)index, Size, _tree.Root, now, now.AddHours(1))));
        statement.Path.Clear();
        statement.Path.AddRange(_tree.PathTo(index).Select(Bytes));
    }

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
        for (var index = 0; index < _leaves.Count; index++)
        {
            if (LogEntry.TryRead(_leaves[index]) is not DeviceList list || !fetch.User.Span.SequenceEqual(list.User.ToArray())) continue;
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
