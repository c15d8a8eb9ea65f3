using System.Security.Cryptography.X509Certificates;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Server.Sync;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Server.Tests.Sync;

/// <summary>People with devices in a real store, and a directory in memory that says who they are.</summary>
internal sealed class SyncPlace : IAsyncDisposable
{
    private readonly TempFolder _temp = new();
    private readonly EmbeddedEngines _engines;

    private SyncPlace(EmbeddedEngines engines, TempFolder temp, IDirectory? directory, int share, int count)
    {
        (_engines, _temp) = (engines, temp);
        Breaker = new CircuitBreaker(share, count, Time);
        Sync = new DirectorySync(directory ?? Directory, Store, RevokeAsync, EndAsync, user => Acts.Enqueue($"told of {NameOf(user)}"), Breaker, Time, Log);
    }

    public StandingTime Time { get; } = new();

    public SharedDirectory Directory { get; } = new();

    public CircuitBreaker Breaker { get; }

    public DirectorySync Sync { get; }

    public IStore Store => _engines.Store;

    public List<UserId> People { get; } = [];

    /// <summary>What was done to whom, in order.</summary>
    public ConcurrentQueue<string> Acts { get; } = new();

    public LogLines Log { get; } = new();

    /// <summary>Whose devices cannot be revoked.</summary>
    public UserId? Stuck { get; set; }

    public static async Task<SyncPlace> MakeAsync(int people, int share = 10, int count = 5)
    {
        var place = await OpenAsync(directory: null, share, count);
        for (var i = 0; i < people; i++)
        {
            var user = UserId.New();
            place.People.Add(user);
            place.Directory.Set(user, $"u{i}");
            await place.AddDeviceAsync(user, i);
        }

        return place;
    }

    /// <summary>On a directory of one's own, each of these with a device.</summary>
    public static async Task<SyncPlace> MakeAsync(IDirectory directory, IReadOnlyList<Account> people)
    {
        var place = await OpenAsync(directory, share: 10, count: 5);
        place.People.AddRange(people.Select(static account => account.User));
        await Task.WhenAll(place.People.Select(place.AddDeviceAsync));
        return place;
    }

    private static async Task<SyncPlace> OpenAsync(IDirectory? directory, int share, int count)
    {
        var temp = new TempFolder();
        var engines = await EmbeddedEngines.OpenAsync(temp["talkywalky.db"], new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, default);
        return new SyncPlace(engines, temp, directory, share, count);
    }

    public Task<DeviceRecord> AddDeviceAsync(UserId user, int key) =>
        Store.AddDeviceAsync(user, Digest.Sha256(BitConverter.GetBytes(key)), firstMayEnter: true, DateTimeOffset.UnixEpoch, default);

    public string NameOf(UserId user) => $"u{People.IndexOf(user)}";

    public void Disable(params int[] people)
    {
        foreach (var one in people) Directory.Set(People[one], $"u{one}", enabled: false);
    }

    public async Task<SyncOutcome> RunAsync(int confirmed = 0) => await Sync.RunAsync(confirmed, default);

    public async ValueTask DisposeAsync()
    {
        await Sync.DisposeAsync();
        await _engines.DisposeAsync();
        _temp.Dispose();
    }

    private Task EndAsync(UserId user, Wire.Frames.CloseCode code, string text)
    {
        Acts.Enqueue($"{code} for {NameOf(user)}");
        return Task.CompletedTask;
    }

    private async Task<int> RevokeAsync(UserId user, CancellationToken cancellation)
    {
        if (user == Stuck) throw new EngineException("the store is out of reach");
        Acts.Enqueue($"revoked {NameOf(user)}");
        var devices = await Store.DevicesOfAsync(user, cancellation);
        foreach (var device in devices) await Store.RevokeDeviceAsync(device.Device, X509RevocationReason.Unspecified, DateTimeOffset.UnixEpoch, cancellation);
        return devices.Count;
    }
}

/// <summary>A clock that moves when a test says so. Nobody waits long for its timers: they would wait for a minute that a test has passed over.</summary>
internal sealed class StandingTime : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);

    private DateTimeOffset _now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > Longest ? Longest : dueTime, period);

    public void Advance(TimeSpan by) => _now += by;
}

/// <summary>Keeps what was logged.</summary>
internal sealed class LogLines : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel} {formatter(state, exception)}");
}
