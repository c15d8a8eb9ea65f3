using System.Threading.Channels;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>Hands over what was typed, in order, one after the other.</summary>
internal sealed class Outgoing : IAsyncDisposable
{
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(5);

    private readonly IChat _chat;
    private readonly Happenings _happenings;
    private readonly Channel<(MessageId Id, Target To, string Text)> _texts = Channel.CreateBounded<(MessageId, Target, string)>(256);
    private readonly CancellationTokenSource _lastCall = new();
    private readonly Task _sending;

    public Outgoing(IChat chat, Happenings happenings)
    {
        _chat = chat;
        _happenings = happenings;
        _sending = SendAllAsync();
    }

    /// <summary>What could not be handed over in time.</summary>
    public int Left => _texts.Reader.Count;

    /// <summary>False when too many wait already.</summary>
    public bool TryAdd(MessageId id, Target to, string text) => _texts.Writer.TryWrite((id, to, text));

    // What was typed before leaving is handed over too; once the engine has it, it is safe.
    public async ValueTask DisposeAsync()
    {
        _texts.Writer.Complete();
        _lastCall.CancelAfter(LastCall);
        await _sending;
        _lastCall.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var (id, to, text) in _texts.Reader.ReadAllAsync(_lastCall.Token))
                await _happenings.PutAsync(new Happening.SendDone(id, await _chat.SendAsync(id, to, text, _lastCall.Token)), _lastCall.Token);
        }
        catch (OperationCanceledException) when (_lastCall.IsCancellationRequested)
        {
            // Those left over are counted by who ended it.
        }
        catch (Exception broken)
        {
            _happenings.Fail(broken);
        }
    }
}
