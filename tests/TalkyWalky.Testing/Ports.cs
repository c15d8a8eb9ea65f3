using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TalkyWalky.Testing;

/// <summary>Ports for programs that are stopped and started again. They lie below those that systems give to outgoing connections, so that none takes one meanwhile.</summary>
public static class Ports
{
    private const int First = 15_000, End = 32_000;

    /// <summary>A port of 127.0.0.1 that nobody listens on now.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (IsFree(port)) return port;
        }
    }

    /// <summary>Nobody listens on that port of 127.0.0.1 now.</summary>
    public static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
