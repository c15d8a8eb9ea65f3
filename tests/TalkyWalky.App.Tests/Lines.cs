using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TalkyWalky.App.Tests;

/// <summary>Keeps what is logged, at every level.</summary>
internal sealed class Lines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _all = new();

    public IReadOnlyCollection<string> All => _all;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _all.Enqueue($"{formatter(state, exception)} {exception}");

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }
}
