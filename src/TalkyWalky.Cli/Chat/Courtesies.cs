using System.Threading.Channels;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Chat;

/// <summary>
/// What the chat tells on the side: that the person types, and what was seen. One thing at a time and the newest only, so that keys never wait for it.
/// </summary>
internal sealed class Courtesies : IAsyncDisposable
{
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(2);

    private readonly IChat _chat;
    private readonly Happenings _happenings;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _lastCall = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<Target, long> _seen = [];
    private readonly Task _telling;
    private Target? _typing;

    public Courtesies(IChat chat, Happenings happenings)
    {
        _chat = chat;
        _happenings = happenings;
        _telling = TellAsync();
    }

    public void Typing(Target to)
    {
        lock (_gate) _typing = to;
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Everything up to this <see cref="ChatMessage.Position"/> was shown.</summary>
    public void Seen(Target of, long position)
    {
        if (position <= 0) return;
        lock (_gate) _seen[of] = Math.Max(position, _seen.GetValueOrDefault(of));
        _wake.Writer.TryWrite(true);
    }

    /// <summary>What was seen is told before; it takes a moment only.</summary>
    public async ValueTask DisposeAsync()
    {
        _wake.Writer.Complete();
        _lastCall.CancelAfter(LastCall);
        await _telling;
        _lastCall.Dispose();
    }

    private async Task TellAsync()
    {
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_lastCall.Token))
            {
                _wake.Reader.TryRead(out _);
                var (typing, seen) = Take();
                if (typing is not null) await _chat.TypingAsync(typing, _lastCall.Token);
                // A refusal means that the conversation is gone: there is nothing to mark.
                foreach (var (of, position) in seen) _ = await _chat.OwnAsync(new OwnRequest.MarkRead(of, position), _lastCall.Token);
            }
        }
        catch (OperationCanceledException) when (_lastCall.IsCancellationRequested)
        {
            // What is not told now is told when the conversation is opened again.
        }
        catch (Exception broken)
        {
            _happenings.Fail(broken);
        }
    }

    private (Target? Typing, KeyValuePair<Target, long>[] Seen) Take()
    {
        lock (_gate)
        {
            var taken = (_typing, _seen.ToArray());
            _typing = null;
            _seen.Clear();
            return taken;
        }
    }
}
