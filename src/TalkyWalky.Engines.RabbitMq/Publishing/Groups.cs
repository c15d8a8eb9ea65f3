using TalkyWalky.Engines.RabbitMq.Mailboxes;

namespace TalkyWalky.Engines.RabbitMq.Publishing;

/// <summary>Mailboxes whose slices are equal get one message together.</summary>
internal sealed class Groups(int most)
{
    private readonly Dictionary<ReadOnlyMemory<byte>, List<Box>> _open = new(SliceComparer.Instance);

    public List<(ReadOnlyMemory<byte> Slice, List<Box> Boxes)> All { get; } = [];

    public void Add(Box box, ReadOnlyMemory<byte> slice)
    {
        if (!box.IsSuspect && _open.TryGetValue(slice, out var group) && group.Count < most)
        {
            group.Add(box);
            return;
        }

        List<Box> begun = [box];
        All.Add((slice, begun));
        if (!box.IsSuspect) _open[slice] = begun;
    }

    private sealed class SliceComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static SliceComparer Instance { get; } = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj.Span);
            return hash.ToHashCode();
        }
    }
}
