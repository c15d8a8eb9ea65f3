using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench;

/// <summary>What it costs the authority to keep the transparency log of many people current, on the embedded store: everybody's head signed anew, and a device that enrols meanwhile.</summary>
internal sealed class HeadsBenchmark(int people) : IDisposable
{
    /// <summary>Changes of fewer people than one batch tells of.</summary>
    private const int AtOnce = 50;

    private const int Singles = 50;

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"talkywalky-heads-{Guid.NewGuid():n}"));
    private readonly LaterTime _time = new();
    private readonly Dictionary<CertificateKind, SignedCertificate> _certificates = [];

    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        using var authority = CertificateAuthority.Initialise(Path.Combine(_folder.FullName, "ca"), "Example", "example.org", "a passphrase to measure", GeneratedKeys.Instance, _time.GetUtcNow());
        using var key = RSA.Create(3072);
        foreach (var (use, kind) in new[] { (DeviceKeyUse.Identity, CertificateKind.Identity), (DeviceKeyUse.Encryption, CertificateKind.Encryption) })
            _certificates[kind] = authority.Issue(authority.Prepare(use, "measured", UserId.New(), DeviceId.New(), key, _time.GetUtcNow()));
        await using var engines = await EmbeddedEngines.OpenAsync(Path.Combine(_folder.FullName, "server.db"), new EmbeddedOptions(MailboxLimits.Default), _time, cancellation);
        using var log = await TransparencyLog.OpenAsync(authority, _folder.FullName, engines.Store, engines.Log, _time, NullLogger.Instance, cancellation);
        for (var n = 0; n < people; n += AtOnce)
        {
            for (var one = n; one < Math.Min(n + AtOnce, people); one++) await AddPersonAsync(engines.Store, devices: 2, cancellation);
            await log.CatchUpAsync(cancellation);
        }

        var single = new List<Cost>();
        for (var n = 0; n < Singles; n++)
        {
            await AddPersonAsync(engines.Store, devices: 1, cancellation);
            single.Add(await Cost.OfAsync(() => log.CatchUpAsync(cancellation)));
        }

        _time.Ahead += TimeSpan.FromMinutes(31);
        var pass = await Cost.OfAsync(() => log.RefreshAsync(cancellation));
        _time.Ahead += TimeSpan.FromMinutes(31);
        var waits = await EnrolMeanwhileAsync(engines.Store, log, cancellation);
        var leaves = await engines.Log.SizeAsync(cancellation);
        return string.Create(CultureInfo.InvariantCulture, $"""
            people      {people} with 2 devices each, {leaves} leaves
            all heads   {pass.Seconds:0.00} s, {pass.Cpu.TotalSeconds:0.00} s of processor time; {pass.Allocated / 1048576.0:0} MiB allocated, {Environment.WorkingSet / 1048576.0:0} MiB resident
            one device  p50 {single.Select(static one => one.Seconds).Order().ElementAt(Singles / 2) * 1000:0.0} ms, {single.Average(static one => one.Cpu.TotalMilliseconds):0.0} ms of processor time
            meanwhile   {waits.Count} devices enrolled while all heads were signed: p50 {waits.Order().ElementAt(waits.Count / 2) * 1000:0} ms, at most {waits.Max() * 1000:0} ms
            """);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // One device after the other, each logged before the next, while the pass goes on.
    private async Task<List<double>> EnrolMeanwhileAsync(IStore store, TransparencyLog log, CancellationToken cancellation)
    {
        var waits = new List<double>();
        var pass = log.RefreshAsync(cancellation);
        do
        {
            await AddPersonAsync(store, devices: 1, cancellation);
            waits.Add((await Cost.OfAsync(() => log.CatchUpAsync(cancellation))).Seconds);
        }
        while (!pass.IsCompleted);
        await pass;
        return waits;
    }

    private async Task AddPersonAsync(IStore store, int devices, CancellationToken cancellation)
    {
        var (user, now) = (UserId.New(), _time.GetUtcNow());
        for (var n = 0; n < devices; n++)
        {
            var device = (await store.AddDeviceAsync(user, Digest.Sha256(RandomNumberGenerator.GetBytes(Digest.Size)), firstMayEnter: true, now, cancellation)).Device;
            if (n > 0) await store.ApproveDeviceAsync(device, approval: null, now, cancellation);
            foreach (var (kind, certificate) in _certificates)
            {
                // To sign 40,000 takes minutes, and the log takes each as it is: another signature makes it another certificate.
                var der = certificate.Der.ToArray();
                RandomNumberGenerator.Fill(der.AsSpan(der.Length - 16));
                await store.AddCertificateAsync(
                    new IssuedCertificate(RandomNumberGenerator.GetHexString(32, lowercase: true), kind, user, device, der, certificate.NotBefore, certificate.NotAfter, now), cancellation);
            }
        }
    }

    /// <summary>Of this process, all threads.</summary>
    private readonly record struct Cost(double Seconds, TimeSpan Cpu, long Allocated)
    {
        public static async Task<Cost> OfAsync(Func<Task> act)
        {
            var (clock, cpu, allocated) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            await act();
            return new Cost(clock.Elapsed.TotalSeconds, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - allocated);
        }
    }

    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
