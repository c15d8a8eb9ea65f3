using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TalkyWalky.Load;

// bench/load [pairs] [seconds]: the built server over TLS, one JSON object with the figures on stdout, progress on stderr.
var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100;
var duration = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5);
var time = TimeProvider.System;

await using var server = new ServerUnderTest();
await Console.Error.WriteLineAsync("making the server's certificate authority and accounts ...");
var firstStart = await server.StartAsync();
await server.StopAsync();
await server.AddAccountsAsync(pairs * 2);
var starts = new List<double>();
for (var n = 0; n < 5; n++)
{
    starts.Add((await server.StartAsync()).TotalMilliseconds);
    await server.StopAsync();
}

await server.StartAsync();
await Console.Error.WriteLineAsync($"enrolling {pairs * 2} devices ...");
var (anchor, authorities) = await LoadDevice.BootstrapAsync(server.Link);
var devices = Enumerable.Range(0, pairs * 2).Select(n => new LoadDevice(server.Link, anchor, authorities, $"user{n}")).ToList();
foreach (var device in devices) await device.EnrolAsync();
await Task.Delay(TimeSpan.FromSeconds(3), time);
var residentBefore = server.Resident;
var clock = Stopwatch.StartNew();
foreach (var device in devices) await device.ConnectAsync();
var connects = devices.Count / clock.Elapsed.TotalSeconds;
await Task.Delay(TimeSpan.FromSeconds(3), time);
var perConnection = (server.Resident - residentBefore) / devices.Count;

var all = devices.Chunk(2).Select(two => new Pair(two[0], two[1], time)).ToList();
foreach (var pair in all) pair.Seal(anchor.Hash);
using var stop = new CancellationTokenSource();
var receiving = all.Select(pair => pair.ReceiveAsync(stop.Token)).ToList();

await Console.Error.WriteLineAsync("measuring ...");
await RunAsync(pair => pair.SaturateAsync(10, TimeSpan.FromSeconds(2)));
var windowOne = await RunAsync(pair => pair.SaturateAsync(1, duration));
var windowTen = await RunAsync(pair => pair.SaturateAsync(10, duration));
var offered = await RunAsync(pair => pair.OfferAsync(1000.0 / pairs, duration * 2, Random.Shared.NextDouble()));

Console.WriteLine(JsonSerializer.Serialize(new
{
    pairs,
    payloadBytes = all[0].PayloadBytes,
    firstStartMs = Math.Round(firstStart.TotalMilliseconds),
    startMs = Math.Round(starts.Order().ElementAt(2)),
    connectsPerSecond = Math.Round(connects),
    residentPerConnection = perConnection,
    windowOne,
    windowTen,
    offered1000 = offered,
}));
await stop.CancelAsync();
foreach (var device in devices) device.Dispose();
await Task.WhenAll(receiving.Select(task => task.ContinueWith(static _ => { }, TaskScheduler.Default)));
return 0;

async Task<object> RunAsync(Func<Pair, Task> work)
{
    foreach (var pair in all) pair.Reset();
    var (cpu, start) = (server.Cpu, Stopwatch.GetTimestamp());
    await Task.WhenAll(all.Select(work));
    var elapsed = Stopwatch.GetElapsedTime(start);
    await Task.Delay(TimeSpan.FromMilliseconds(500), time);
    var delivered = all.Sum(pair => pair.Delivered);
    var latencies = all.SelectMany(pair => pair.LatencyMilliseconds).Order().ToList();
    return new
    {
        messagesPerSecond = Math.Round(delivered / elapsed.TotalSeconds),
        p50Ms = Math.Round(latencies[latencies.Count / 2], 2),
        p99Ms = Math.Round(latencies[latencies.Count * 99 / 100], 2),
        serverCpuMicrosecondsPerMessage = Math.Round((server.Cpu - cpu).TotalMicroseconds / delivered, 1),
    };
}
