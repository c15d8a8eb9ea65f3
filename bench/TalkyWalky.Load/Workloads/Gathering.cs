using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>Many people connecting at once, so many under way at any time.</summary>
internal static class Gathering
{
    private const int AtOnce = 64;

    public static async Task<Clients> OfAsync(IRunningPeer peer, IEnumerable<int> people, CancellationToken cancellation)
    {
        var clients = new Clients();
        try
        {
            await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (person, cancellation) =>
            {
                var client = await peer.OpenAsync(person, cancellation);
                clients.Add(client);
                await client.EnterAsync(cancellation);
            });
            return clients;
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }
}
