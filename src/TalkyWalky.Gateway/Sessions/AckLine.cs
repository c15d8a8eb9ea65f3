using System.Buffers;
using System.Threading.Channels;
using TalkyWalky.Engines;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Acknowledged tags on their way to the mailbox: those that come while the broker takes note of earlier ones go there together.</summary>
internal sealed class AckLine(IMailbox mailbox)
{
    private const int Batch = 256;

    private readonly Channel<ulong> _tags = Channel.CreateBounded<ulong>(new BoundedChannelOptions(4 * Batch) { SingleReader = true, SingleWriter = true });

    public async ValueTask AddAsync(IReadOnlyList<ulong> tags)
    {
        for (var i = 0; i < tags.Count; i++)
        {
            while (!_tags.Writer.TryWrite(tags[i]))
            {
                if (!await _tags.Writer.WaitToWriteAsync(CancellationToken.None)) return;
            }
        }
    }

    /// <summary>Settles until <see cref="Complete"/> and everything acknowledged is settled.</summary>
    public async Task RunAsync()
    {
        while (await _tags.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var tags = ArrayPool<ulong>.Shared.Rent(Batch);
            var count = 0;
            while (count < Batch && _tags.Reader.TryRead(out var tag)) tags[count++] = tag;
            await mailbox.SettleAsync(tags.AsMemory(0, count), CancellationToken.None);
            ArrayPool<ulong>.Shared.Return(tags);
        }
    }

    public void Complete() => _tags.Writer.TryComplete();
}
