using Microsoft.Extensions.Logging;
using TalkyWalky.Engines.RabbitMq.Connections;

namespace TalkyWalky.Engines.RabbitMq.Consuming;

/// <summary>Connections for consumers, each with a channel of its own. RabbitMQ allows 2,047 channels on one connection unless it is told otherwise.</summary>
internal sealed class ConsumerLines(Connector connector, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int MostChannels = 1000;

    private readonly Lock _gate = new();
    private readonly List<ConsumerLine> _lines = [];

    /// <summary>A place on a connection; <see cref="ConsumerLine.Leave"/> gives it back.</summary>
    public ConsumerLine Enter()
    {
        lock (_gate)
        {
            if (_lines.Find(static line => line.TryEnter(MostChannels)) is { } free) return free;
            var line = new ConsumerLine(new Line($"consumers {_lines.Count + 1}", connector, static (_, _) => Task.CompletedTask, static () => { }, time, log));
            line.TryEnter(MostChannels);
            _lines.Add(line);
            return line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines) await line.Line.DisposeAsync();
    }
}

internal sealed class ConsumerLine
{
    private int _channels;

    public ConsumerLine(Line line)
    {
        Line = line;
        line.Start();
    }

    public Line Line { get; }

    public bool TryEnter(int most)
    {
        if (Interlocked.Increment(ref _channels) <= most) return true;
        Interlocked.Decrement(ref _channels);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _channels);
}
