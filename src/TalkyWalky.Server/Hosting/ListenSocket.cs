using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace TalkyWalky.Server.Hosting;

/// <summary>The listening socket, bound before anything else is done: a port in use is told at once, and port 0 has its real number from then on.</summary>
internal static class ListenSocket
{
    public static Socket Bind(IPEndPoint endPoint)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }
        catch (SocketException exception)
        {
            throw Explain(endPoint, exception);
        }
    }

    public static ServerException Explain(IPEndPoint endPoint, SocketException exception) => new(
        exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"port {endPoint.Port} on {endPoint.Address} is in use; stop the program that uses it, or give another port with --listen",
            SocketError.AddressNotAvailable => $"this machine has no address {endPoint.Address}; give one of its own with --listen",
            SocketError.AccessDenied => $"this account may not listen on port {endPoint.Port}; give a port above 1023 with --listen",
            _ => $"cannot listen on {endPoint}: {exception.Message}; give another address with --listen",
        },
        exception);
}
