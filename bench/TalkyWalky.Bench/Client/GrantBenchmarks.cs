using BenchmarkDotNet.Attributes;
using TalkyWalky.Crypto;

namespace TalkyWalky.Bench.Client;

/// <summary>The grant that begins a session: made for all devices, opened by one.</summary>
public class GrantBenchmarks
{
    private static readonly Crowd Crowd = new(); // until the process ends
    private GrantOrder _order = null!;
    private StartedSession _started = null!;

    [Params(10, 100, 1000)]
    public int Devices { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _order = Crowd.Order(Devices);
        _started = Make();
    }

    [Benchmark]
    public StartedSession Make() => Grants.Start(_order, Crowd.Now);

    [Benchmark]
    public void Open() => Crowd.Open(_started).Dispose();
}
