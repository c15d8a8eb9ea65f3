using System.Threading.Channels;
using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Terminals;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Chat;

/// <summary>Everything that the terminal client reacts to, in one queue, so that nothing happens at the same time as something else.</summary>
internal abstract record Happening
{
    private Happening() { }

    public sealed record Line(string Text) : Happening;

    public sealed record Pressed(KeyPress Press) : Happening;

    public sealed record Chat(ChatEvent Event) : Happening;

    public sealed record SendDone(TalkyWalky.Wire.MessageId Id, SendOutcome Outcome) : Happening;

    public sealed record Resized : Happening;

    public sealed record EndOfInput : Happening;
}

/// <summary>The queue and the tasks that fill it. A full queue makes its sources wait.</summary>
internal sealed class Happenings : IAsyncDisposable
{
    private const int LongestLine = 128 * 1024;

    private readonly Channel<Happening> _queue = Channel.CreateBounded<Happening>(256);
    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _sources = [];

    public Happenings(CancellationToken cancellation) => _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public ChannelReader<Happening> Queue => _queue.Reader;

    /// <summary>Received messages after <paramref name="position"/>, then what happens.</summary>
    public void AddEvents(IChat chat, ReadPosition position) => Add(async cancellation =>
    {
        await foreach (var happening in chat.EventsAsync(position.Value, cancellation)) await PutAsync(new Happening.Chat(happening), cancellation);
    });

    public void AddKeys(ByteSource source) => Add(async cancellation =>
    {
        await foreach (var press in Keys.ReadAsync(source, atOnce: 1024, cancellation)) await PutAsync(new Happening.Pressed(press), cancellation);
    });

    public void AddLines(ByteSource source) => Add(async cancellation =>
    {
        await foreach (var line in Lines.ReadAsync(source, LongestLine, cancellation)) await PutAsync(new Happening.Line(line), cancellation);
        await PutAsync(new Happening.EndOfInput(), cancellation);
    });

    public void Add(Func<CancellationToken, Task> source) => _sources.Add(RunAsync(source));

    public ValueTask PutAsync(Happening happening, CancellationToken cancellation) => _queue.Writer.WriteAsync(happening, cancellation);

    /// <summary>For signals, which cannot wait; false when the queue is full.</summary>
    public bool TryPut(Happening happening) => _queue.Writer.TryWrite(happening);

    /// <summary>The reader of the queue gets it thrown.</summary>
    public void Fail(Exception broken) => _queue.Writer.TryComplete(broken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_sources);
        _stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> source)
    {
        try
        {
            await source(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped with the rest.
        }
        catch (Exception broken)
        {
            Fail(broken);
        }
    }
}
