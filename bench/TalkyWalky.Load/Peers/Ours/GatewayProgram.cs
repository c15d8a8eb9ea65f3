using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Engines;
using TalkyWalky.Gateway;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Server.Hosting;

namespace TalkyWalky.Load.Peers.Ours;

/// <summary>
/// The gateway and its embedded engines in a process of their own. Behind talkywalkyd's TLS or, here alone, without: the product has no such switch, and the gateway knows of
/// TLS the certificate's hash only.
/// </summary>
internal static class GatewayProgram
{
    public static async Task RunAsync(string folder, bool tls)
    {
        var files = new ServerFiles(folder);
        var (root, log, issuing) = (await File.ReadAllBytesAsync(files.Root), await File.ReadAllBytesAsync(files.LogKey), await File.ReadAllBytesAsync(files.Issuing));
        var anchor = TrustAnchor.FromRoot(root, LogKey.TryRead(log));
        using var identity = new TlsIdentity(X509Certificate2.CreateFromPemFile(files.Certificate, files.Key), issuing);
        await using var engines = await Organisation.OpenAsync(folder, CancellationToken.None);
        var options = new GatewayOptions(
            anchor, new HashSet<string>(StringComparer.Ordinal) { Organisation.Host }, () => identity.Hash, () => [issuing], LoginMaxAge: TimeSpan.FromDays(30));
        await using var app = HostedServer.Build(listen =>
        {
            if (tls) TlsEndpoint.Configure(listen, new OneIdentity(identity), anchor, TimeSpan.FromSeconds(60), TimeProvider.System);
        });
        await using var gateway = new GatewayService(
            options, engines.Directory, engines.Store, engines.Log, engines.Broker, new NoGatewayBus(), TimeProvider.System, NullLoggerFactory.Instance);
        app.MapGateway(gateway);
        await HostedServer.ServeAsync(app);
    }

    private sealed class OneIdentity(TlsIdentity identity) : ITlsSource
    {
        public TlsIdentity Current => identity;
    }
}
