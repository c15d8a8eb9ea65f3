using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Client;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>A person with the engine that every program of the product runs on; what it tells goes to the checker.</summary>
internal sealed class Talker : IAsyncDisposable
{
    private static readonly ClientEnvironment Environment = new(TimeProvider.System, KeyPool.Shared, NullLoggerFactory.Instance);

    private readonly IChat _chat;
    private readonly TotalQueue _queue;
    private readonly CancellationTokenSource _enough = new();
    private readonly Task _listening;

    private Talker(string name, IChat chat, TotalQueue queue)
    {
        (Name, _chat, _queue) = (name, chat, queue);
        _listening = ListenAsync();
    }

    public string Name { get; }

    public static async Task<Talker> RegisterAsync(JoinLink link, string name, string folder, TotalQueue queue)
    {
        const string passphrase = "battery staple";
        var outcome = await Enrolment.RegisterAsync(folder, passphrase, new Registration(link, name, $"correct horse {name}", null, null), null, Environment, CancellationToken.None);
        Assert.True(outcome is EnrolOutcome.Enrolled, outcome.ToString());
        var opening = await LocalChat.OpenAsync(folder, passphrase, Environment, CancellationToken.None);
        Assert.True(opening is ChatOpening.Opened, opening.ToString());
        return new Talker(name, ((ChatOpening.Opened)opening).Chat, queue);
    }

    public async Task RoomAsync(RoomRequest request)
    {
        var answer = await _chat.RoomAsync(request, CancellationToken.None);
        Assert.True(answer is RoomAnswer.Done, answer.ToString());
    }

    /// <summary>Completes when the text is kept here; the engine sends it when it can.</summary>
    public async Task WriteAsync(Target to, string text)
    {
        var outcome = await _chat.KeepAsync(MessageId.New(), to, text, CancellationToken.None);
        Assert.True(outcome is SendOutcome.Queued or SendOutcome.Sent, outcome.ToString());
    }

    public async Task<string> StatusAsync() => $"{Name}: {await _chat.StatusAsync(CancellationToken.None)}";

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _listening;
        await _chat.DisposeAsync();
        _enough.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            await foreach (var happening in _chat.EventsAsync(0, _enough.Token)) Hear(happening);
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private void Hear(ChatEvent happening)
    {
        switch (happening)
        {
            case ChatEvent.Received { Message: var message }:
                _queue.Deliver(Name, message.From, message.IsRoom ? message.With : Name, message.Text);
                break;
            case ChatEvent.StateChanged { Message: { State: MessageState.Sent or MessageState.Delivered or MessageState.Read } message }:
                _queue.Accept(message.Text);
                break;
            case ChatEvent.StateChanged { Message: { State: MessageState.Failed } message }:
                _queue.Report($"{Name} could not send \"{message.Text}\": {message.Trouble}");
                break;
            case ChatEvent.Alarm alarm:
                _queue.Report($"{Name} is alarmed: {alarm.Text}");
                break;
        }
    }
}
