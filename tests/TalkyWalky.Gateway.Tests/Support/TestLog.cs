using System.Security.Cryptography;
using TalkyWalky.Engines;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>Writes a transparency log into a store as the authority would.</summary>
internal sealed class TestLog(ILogStore store) : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<Digest> _hashes = [];

    public LogKeys Keys => LogKeys.Of(LogKey.Of(_key));

    public ulong Size => (ulong)_hashes.Count;

    public Digest RootOf(ulong size) => new MerkleTree([.. _hashes.Take((int)size)]).Root;

    public Task FillAsync(int leaves) => AppendAsync([.. Enumerable.Range(0, leaves).Select(_ => new LoggedCommit(Start, default, Size + 1, default))]);

    public async Task<DeviceList> ListAsync(UserId user, DeviceList? before, params IReadOnlyList<ListedDevice> devices)
    {
        Digest? previous = before is null ? null : MerkleProof.HashLeaf(before.Encode());
        var list = new DeviceList(Start, user, (before?.Seq ?? 0) + 1, previous, [.. devices.OrderBy(static one => one.Device)]);
        await AppendAsync([list]);
        return list;
    }

    public async Task<byte[]> SignAsync()
    {
        var token = new TreeHead(Size, RootOf(Size), Start.AddSeconds(Size)).Sign(_key);
        await store.SetTreeHeadAsync(new LoggedTreeHead(Size, token, []), CancellationToken.None);
        return token;
    }

    public async Task<byte[]> SignAsync(DeviceList list, ulong index)
    {
        var head = new UserHead(list.User, list.Seq, MerkleProof.HashLeaf(list.Encode()), index, Size, RootOf(Size), Start, Start.AddHours(1));
        var token = head.Sign(_key);
        var path = new MerkleTree(_hashes).PathTo((int)index).SelectMany(static hash => hash.ToArray()).ToArray();
        await store.SetUserHeadsAsync([new SignedUserHead(list.User, list.Seq, token, path, head.Expires)], CancellationToken.None);
        return token;
    }

    public void Dispose() => _key.Dispose();

    private async Task AppendAsync(IReadOnlyList<LogEntry> entries)
    {
        var first = Size;
        var leaves = entries.Select(static entry => new LogLeaf(entry.Encode(), MerkleProof.HashLeaf(entry.Encode()))).ToList();
        _hashes.AddRange(leaves.Select(static leaf => leaf.Hash));
        var nodes = new List<LogNode>();
        for (var tile = first / LogTree.TileSize; tile < Size / LogTree.TileSize; tile++)
            nodes.Add(new LogNode(1, tile, new MerkleTree([.. _hashes.Skip((int)tile * LogTree.TileSize).Take(LogTree.TileSize)]).Root));
        var lists = entries.Select((entry, at) => (entry, at)).Where(static one => one.entry is DeviceList)
            .Select(one => (List: (DeviceList)one.entry, Index: first + (ulong)one.at))
            .Select(static one => new ListedLeaf(one.List.User, one.List.Seq, one.Index, [.. one.List.Devices.Select(static device => device.Identity)]));
        Assert.True(await store.AppendAsync(first, new LogBatch(leaves, nodes, [.. lists], Through: 0), CancellationToken.None));
    }
}
