using System.Net;
using System.Net.Sockets;

namespace TalkyWalky.Client.Tests;

/// <summary>A TCP relay on an address of its own: a network that a test can cut.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _port;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _open = [];
    private readonly List<Task> _running = [];
    private readonly Task _accepting;

    /// <param name="address">Where to listen, on a free port.</param>
    /// <param name="port">Where to go, on the loopback address.</param>
    public Relay(string address, int port)
    {
        _port = port;
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks every connection, in the middle of whatever it carries.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            foreach (var client in _open) client.Close();
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient? near = null;
            try
            {
                near = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
                lock (_gate)
                {
                    _open.AddRange([near, far]);
                    _running.Add(Task.WhenAll(PumpAsync(near, far), PumpAsync(far, near)));
                }
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                near?.Close();
                if (_stopping.IsCancellationRequested) return;
            }
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }

        from.Close();
        to.Close();
    }
}
