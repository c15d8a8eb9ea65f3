using System.Net.Sockets;

namespace TalkyWalky.Client.Agent;

/// <summary>PROFILE/agent.sock, where the process that owns a profile answers the others.</summary>
internal static class AgentSocket
{
    public const string FileName = "agent.sock";

    public static string PathIn(string profile) => Path.Combine(profile, FileName);

    public static Socket Listen(string profile) => ProfileSocket.Listen(profile, FileName);

    public static Task<Socket?> TryConnectAsync(string profile, CancellationToken cancellation) => ProfileSocket.TryConnectAsync(profile, FileName, cancellation);
}
