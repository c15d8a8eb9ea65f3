using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace TalkyWalky.Engines.Postgres.Diagnosis;

/// <summary>Looks at the certificate that a server shows, and hangs up.</summary>
internal static class CertificateProbe
{
    public static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    // SSLRequest: postgresql.org/docs/current/protocol-message-formats.html
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

    /// <summary>Null when the server shows none in time. Nothing is trusted here: the connection that was made before verified it.</summary>
    public static async Task<DateTimeOffset?> ExpiryAsync(PostgresServer server, TimeSpan timeout, CancellationToken cancellation)
    {
        DateTimeOffset? until = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port, limit.Token);
            var stream = client.GetStream();
            await stream.WriteAsync(SslRequest, limit.Token);
            var answer = new byte[1];
            await stream.ReadExactlyAsync(answer, limit.Token);
            if (answer[0] != (byte)'S') return null;
            using var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = Note }, limit.Token);
            return until;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return until;
        }

        bool Note(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
        {
            if (shown is X509Certificate2 certificate) until = new DateTimeOffset(certificate.NotAfter);
            return false;
        }
    }
}
