using System.Net;
using System.Net.Sockets;
using TalkyWalky.Engines.Ldap.Connections;

namespace TalkyWalky.Engines.Ldap.Diagnosis;

/// <summary>Whether somebody listens at a server's address.</summary>
internal static class Connecting
{
    private const string Check = "connect";

    public static Finding Look(Uri server, LdapOptions options)
    {
        var address = server.GetLeftPart(UriPartial.Authority);
        try
        {
            using var client = Open(server, options);
            var ip = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
            return new(Check, Verdict.Good, $"{address} ({(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip)})", null);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain)
        {
            return new(Check, Verdict.Bad, $"{address}: the name {server.Host} is not known here", "Check the name in directory.servers and this machine's DNS.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return new(Check, Verdict.Bad, $"{address}: nobody listens there", "Start the directory, or check host and port in directory.servers.");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return new(Check, Verdict.Bad, $"{address}: no answer ({e.Message})", "See whether the machine is up, and whether a firewall is between.");
        }
    }

    /// <summary>Throws <see cref="SocketException"/>, or <see cref="OperationCanceledException"/> when it takes too long.</summary>
    public static TcpClient Open(Uri server, LdapOptions options)
    {
        using var limit = new CancellationTokenSource(options.Timeout);
        var client = new TcpClient { ReceiveTimeout = (int)options.Timeout.TotalMilliseconds, SendTimeout = (int)options.Timeout.TotalMilliseconds };
        try
        {
            client.ConnectAsync(server.Host, ServerAddress.PortOf(server), limit.Token).AsTask().GetAwaiter().GetResult();
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
