using TalkyWalky.Bench.Client;
using TalkyWalky.Crypto;

namespace TalkyWalky.Bench.Growth;

internal sealed class GrantGrowth : IDisposable
{
    private const int Opened = 20;

    private readonly Crowd _crowd = new();

    public Task<double> MakeAsync(int devices, CancellationToken cancellation)
    {
        var order = _crowd.Order(devices);
        return Measurement.ProcessorAsync(() =>
        {
            Grants.Start(order, _crowd.Now).Session.Dispose();
            return Task.CompletedTask;
        });
    }

    public async Task<double> OpenAsync(int devices, CancellationToken cancellation)
    {
        var started = Grants.Start(_crowd.Order(devices), _crowd.Now);
        var cost = await Measurement.ProcessorAsync(() =>
        {
            for (var n = 0; n < Opened; n++) _crowd.Open(started).Dispose();
            return Task.CompletedTask;
        });
        started.Session.Dispose();
        return cost / Opened;
    }

    public void Dispose() => _crowd.Dispose();
}
