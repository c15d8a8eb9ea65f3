using System.Net;
using System.Net.Sockets;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>A way to a server that is slow, or cut.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private CancellationTokenSource _connections = new();
    private int _left = -1; // negative: they do not count
    private bool _breaksForGood;

    public Proxy(Uri server, IPAddress? address = null)
    {
        _server = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Before each piece that goes either way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Answers come in single octets, five a second.</summary>
    public bool Drips { get; set; }

    /// <summary>Connections that were made.</summary>
    public int Accepted { get; private set; }

    /// <summary>What <see cref="BreakAfter"/> asked for has not come yet.</summary>
    public bool IsYetToBreak => Volatile.Read(ref _left) >= 0;

    /// <summary>Breaks the connections that there are; new ones are let through.</summary>
    public void Break()
    {
        _connections.Cancel();
        _connections = new CancellationTokenSource();
    }

    /// <summary>Breaks them once so many pieces more went either way.</summary>
    /// <param name="forGood">New connections are refused from then on.</param>
    public void BreakAfter(int pieces, bool forGood = false)
    {
        _breaksForGood = forGood;
        Volatile.Write(ref _left, pieces);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _connections.CancelAsync();
        await _accepting;
        _stop.Dispose();
        _connections.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Accepted++;
                open.Add(ForwardAsync(client, _connections.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(open);
    }

    private async Task ForwardAsync(TcpClient client, CancellationToken cut)
    {
        using var from = client;
        using var to = new TcpClient();
        try
        {
            await to.ConnectAsync(_server, cut);
            await await Task.WhenAny(CopyAsync(from.GetStream(), to.GetStream(), isAnswer: false, cut), CopyAsync(to.GetStream(), from.GetStream(), isAnswer: true, cut));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One end is gone; the other goes with it.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool isAnswer, CancellationToken cut)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, cut) is > 0 and var count)
        {
            if (Delay > TimeSpan.Zero) await Task.Delay(Delay, cut);
            if (Volatile.Read(ref _left) >= 0 && Interlocked.Decrement(ref _left) < 0)
            {
                if (_breaksForGood) _listener.Stop();
                Break();
                return;
            }

            var dripped = 0;
            for (; isAnswer && Drips && dripped < count; dripped++)
            {
                await to.WriteAsync(buffer.AsMemory(dripped, 1), cut);
                await Task.Delay(TimeSpan.FromMilliseconds(200), cut);
            }

            await to.WriteAsync(buffer.AsMemory(dripped, count - dripped), cut);
        }
    }
}
