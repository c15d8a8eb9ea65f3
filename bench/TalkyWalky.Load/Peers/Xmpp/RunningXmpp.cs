namespace TalkyWalky.Load.Peers.Xmpp;

/// <summary>An XMPP server in a temporary folder, on loopback.</summary>
internal sealed class RunningXmpp(ServerChild child, DirectoryInfo folder, int port, Crowd crowd) : IRunningPeer
{
    private const int AtOnce = 20;

    public int ProcessId => child.Id;

    public bool Answers => false;

    public bool ReturnsToAuthor => true;

    public async Task<ChatClient> OpenAsync(int person, CancellationToken cancellation) => await XmppClient.OpenAsync(port, crowd.Tls, person, crowd.IsRoom, cancellation);

    /// <summary>Waits until the first account can be made, then makes the others.</summary>
    public async Task RegisterAsync(CancellationToken cancellation)
    {
        await child.UntilAsync(
            async cancellation =>
            {
                try
                {
                    await XmppClient.RegisterAsync(port, crowd.Tls, 0, cancellation);
                    return true;
                }
                catch (Exception early) when (early is IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
                {
                    return false;
                }
            },
            cancellation);
        foreach (var some in Enumerable.Range(1, crowd.People - 1).Chunk(AtOnce)) await Task.WhenAll(some.Select(person => XmppClient.RegisterAsync(port, crowd.Tls, person, cancellation)));
    }

    public async ValueTask DisposeAsync()
    {
        await child.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
