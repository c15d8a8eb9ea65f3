using System.Diagnostics;
using System.Globalization;
using TalkyWalky.Crypto;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;
using TalkyWalky.Wire;

namespace TalkyWalky.Load.Workloads;

/// <summary>What a client does by itself: messages sealed and opened on the generator's core; a grant with all cores, in a process of its own.</summary>
internal sealed class ClientWorkload(int devices, LoadTimes times) : IAlone
{
    public const string Message = "client, seal and open a message";

    /// <summary>The command of this program that measures the grant.</summary>
    public const string Grant = "measure-grant";

    private const int Before = 20, Counted = 31;

    public string Name => "client";

    public string Description => $"messages of 512 bytes of text, sealed and opened on one core; a grant for {devices} devices on all cores";

    public IReadOnlyList<string> Rows => [Message, GrantOf(devices)];

    public TimeSpan Guess => times.Guess(loads: 1) + TimeSpan.FromSeconds(10);

    public static string GrantOf(int devices) => $"client, grant for {devices} devices";

    /// <summary>Says "ready MILLISECONDS", of the median.</summary>
    public static void MeasureGrant(int devices)
    {
        using var crowd = new TalkyWalky.Bench.Client.Crowd();
        var order = crowd.Order(devices);
        var taken = new List<double>();
        for (var i = 0; i < Before + Counted; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var session = Grants.Start(order, crowd.Now).Session;
            if (i >= Before) taken.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {taken.Order().ElementAt(Counted / 2):0.000}"));
    }

    public async Task<IReadOnlyList<Measured>> RunAsync(CancellationToken cancellation) => [await MeasureMessageAsync(cancellation), await MeasureGrantAsync(cancellation)];

    private async Task<Measured> MeasureMessageAsync(CancellationToken cancellation)
    {
        using var crowd = new TalkyWalky.Bench.Client.Crowd();
        var started = Grants.Start(crowd.Order(1), crowd.Now);
        using var sending = started.Session;
        using var receiving = crowd.Open(started);
        var (body, id, count) = (new MessageBody.Text(new string('x', 512)), MessageId.New(), 0L);
        var warm = await WarmingUp.RunAsync(times, Environment.ProcessId, () => count, WorkAsync);
        var (before, meter) = (count, Meter.Start(server: null));
        await WorkAsync(times.Measured);
        var cpu = meter.Read();
        return new Measured(Message, cpu, (Figure.MessagesPerSecond, (count - before) / cpu.Seconds)) { WarmUp = warm };

        Task WorkAsync(TimeSpan duration) => Task.Run(
            () =>
            {
                for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration; count++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var message = sending.Seal(id, body, crowd.Now);
                    message.Next.Dispose();
                    ((OpenOutcome.Opened)receiving.Open(message.Jwe)).Next.Dispose();
                }
            },
            cancellation);
    }

    private async Task<Measured> MeasureGrantAsync(CancellationToken cancellation)
    {
        var meter = Meter.Start(server: null);
        string ready;
        await using (var child = ServerChild.StartOwn([Grant, devices.ToString(CultureInfo.InvariantCulture)], Cores.All)) ready = await child.ReadyAsync(cancellation);
        return new Measured(GrantOf(devices), meter.Read(), (Figure.Milliseconds, double.Parse(ready.Split(' ')[1], CultureInfo.InvariantCulture)));
    }
}
