using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TalkyWalky.Pki;

namespace TalkyWalky.Server.Hosting;

/// <summary>TLS 1.3 and HTTP/1.1, nothing else (docs/protocol.md section 7).</summary>
internal static class TlsEndpoint
{
    private static readonly object MayResume = new();

    public static void Configure(ListenOptions listen, ITlsSource identities, TrustAnchor anchor, TimeSpan handshakeTimeout, TimeProvider time)
    {
        listen.Protocols = HttpProtocols.Http1;
        var root = anchor.LoadCertificate(); // one for all connections, as long as the server listens
        var peek = new TlsPeek(handshakeTimeout, time);
        listen.Use(next => async connection =>
        {
            if (await peek.LookAsync(connection, ClientHello.MayResume) is not { } mayResume) return;
            if (mayResume) connection.Items[MayResume] = true;
            await next(connection);
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = handshakeTimeout,
            OnConnection = asked => ValueTask.FromResult(Options(identities.Current, root, asked.Connection.Items.ContainsKey(MayResume))),
        });
    }

    private static SslServerAuthenticationOptions Options(TlsIdentity identity, X509Certificate2 root, bool mayResume) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        ServerCertificateContext = identity.Context,
        // A device proves itself to the session itself and renews with its certificate: every connection shows its own, none is resumed from a ticket. With resumption off the
        // platform makes a context of OpenSSL for each connection, which costs time and memory; on, it makes one for all, whose tickets nobody can use here: who comes with one gets
        // a context of its own, which knows no tickets, and a whole handshake.
        AllowTlsResume = !mayResume,
        ClientCertificateRequired = true, // asked for; the call-back below lets connections without one through
        CertificateChainPolicy = OfflinePolicy(root),
#pragma warning disable CA5359 // optional client certificates: a false here would end connections that show none, as most rightly do
        RemoteCertificateValidationCallback = NothingDecidedHere,
#pragma warning restore CA5359
    };

    // TLS proves that the peer holds the key of the certificate it showed, and that is all that is used of it. Whether the certificate
    // counts for anything is decided by the endpoints that need one, with our own path validation (DeviceCertificates.Verify). So no request may
    // take HttpContext.Connection.ClientCertificate for verified.
    private static bool NothingDecidedHere(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;

    // The platform builds a chain before it calls back. It must not fetch anything that a stranger's certificate names.
    private static X509ChainPolicy OfflinePolicy(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(root);
        return policy;
    }
}
