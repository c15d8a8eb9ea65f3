using TalkyWalky.Load.Measuring;

namespace TalkyWalky.Load.Peers.Ours;

internal sealed class GatewayPeer : IPeer, IDisposable
{
    private readonly Organisation _organisation = new();

    public string Name => "ours";

    public string Description => "gateway and embedded engines, every message on disk (fsync, in groups) before it is accepted, then pushed and acknowledged";

    public string? Missing => null;

    public async Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation)
    {
        await _organisation.GrowAsync(crowd.People, cancellation);
        if (crowd.IsRoom) await _organisation.MakeRoomAsync(crowd.People, cancellation);
        var child = ServerChild.StartOwn(["serve-gateway", _organisation.Folder, crowd.Tls ? "tls" : "plain"], Cores.OfServers);
        try
        {
            return new Running(child, HostedServer.PortOf(await child.ReadyAsync(cancellation)), crowd.Tls, _organisation);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _organisation.Dispose();

    private sealed class Running(ServerChild child, int port, bool tls, Organisation organisation) : IRunningPeer
    {
        public int ProcessId => child.Id;

        public bool Answers => true;

        public bool ReturnsToAuthor => false;

        public async Task<ChatClient> OpenAsync(int person, CancellationToken cancellation) => await GatewayClient.OpenAsync(port, tls, organisation, person, cancellation);

        public ValueTask DisposeAsync() => child.DisposeAsync();
    }
}
