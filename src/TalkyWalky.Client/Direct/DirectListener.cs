using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace TalkyWalky.Client.Direct;

/// <summary>Waits for calls. Who shakes hands slowly keeps no more than so many others waiting.</summary>
internal sealed class DirectListener : IAsyncDisposable
{
    private const int MaxOpening = 16, MaxAddresses = 8;

    private readonly TcpListener _listener;
    private readonly Func<Socket, CancellationToken, Task> _take;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _opening = [];
    private readonly Task _accepting;

    private DirectListener(TcpListener listener, Func<Socket, CancellationToken, Task> take)
    {
        (_listener, _take) = (listener, take);
        _accepting = Task.Run(AcceptAsync, CancellationToken.None);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How others may reach it: the address it listens on, or those of the computer by which one leaves it.</summary>
    public IReadOnlyList<string> Addresses
    {
        get
        {
            var here = ((IPEndPoint)_listener.LocalEndpoint).Address;
            IEnumerable<IPAddress> all = here.Equals(IPAddress.IPv6Any) ? OfThisComputer() : [here];
            return [.. all.Select(address => new IPEndPoint(address, Port).ToString())];
        }
    }

    /// <param name="address">Null: all addresses of the computer.</param>
    /// <param name="take">Handles one call from its first byte on; must not throw.</param>
    public static (DirectListener? Listener, string? Why) Start(string? address, int port, Func<Socket, CancellationToken, Task> take)
    {
        if (!IPAddress.TryParse(address ?? IPAddress.IPv6Any.ToString(), out var parsed))
            return (null, $"\"{address}\" is not an address of this computer; leave it out for all of them.");
        var listener = new TcpListener(parsed, port);
        if (address is null) listener.Server.DualMode = true;
        try
        {
            listener.Start();
            return (new DirectListener(listener, take), null);
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            return (null, string.Create(CultureInfo.InvariantCulture, $"Cannot listen on port {port}: {failure.Message}. Choose another port."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        Task[] opening;
        lock (_gate) opening = [.. _opening];
        await Task.WhenAll(opening);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static IEnumerable<IPAddress> OfThisComputer() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(static one => one.GetIPProperties().UnicastAddresses)
        .Select(static one => one.Address)
        .Where(static address => !address.IsIPv6LinkLocal && !address.IsIPv6Teredo)
        .OrderBy(static address => address.AddressFamily)
        .Take(MaxAddresses);

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Take(await _listener.AcceptSocketAsync(_stopping.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The caller left before it was answered.
            }
        }
    }

    private void Take(Socket socket)
    {
        lock (_gate)
        {
            if (_opening.Count >= MaxOpening)
            {
                socket.Dispose();
                return;
            }

            var opening = Task.Run(() => _take(socket, _stopping.Token), CancellationToken.None);
            _opening.Add(opening);
            _ = opening.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Forget(Task opening)
    {
        lock (_gate) _opening.Remove(opening);
    }
}
