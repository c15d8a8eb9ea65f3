using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace TalkyWalky.App.Http;

/// <summary>The socket on 127.0.0.1 that the page is served on.</summary>
internal static class LoopbackPort
{
    // Below the ranges from which systems take ports for connections (Linux 32768, IANA 49152), so that it is free at the next start.
    private const int First = 20_000, Last = 32_767, Tries = 20;

    /// <param name="kept">The port of the last time; when it is taken, another is used this once.</param>
    public static Socket Bind(int? kept)
    {
        for (var i = 0; i < Tries; i++)
        {
            var port = i == 0 && kept is { } known ? known : RandomNumberGenerator.GetInt32(First, Last + 1);
            if (TryBind(port) is { } socket) return socket;
        }

        return SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private static Socket? TryBind(int port)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return null;
        }
    }
}
