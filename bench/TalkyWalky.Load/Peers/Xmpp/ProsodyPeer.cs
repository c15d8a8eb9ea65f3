using System.Globalization;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Testing;

namespace TalkyWalky.Load.Peers.Xmpp;

internal sealed class ProsodyPeer : IPeer
{
    private const string Program = "/usr/bin/prosody";

    public string Name => "prosody";

    public string Description => "Prosody, messages in memory only: no archive, no s2s, generational garbage collection, passwords in plain text";

    public string? Missing => File.Exists(Program) ? null : "Prosody is not installed; apt-get install prosody, and stop the service that the package starts";

    public async Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("tw-prosody-");
        var (port, configuration) = (Ports.Free(), Path.Combine(folder.FullName, "prosody.cfg.lua"));
        ThrowAwayCertificate.Write(XmppClient.Domain, Path.Combine(folder.FullName, "certificate.pem"), Path.Combine(folder.FullName, "key.pem"));
        await File.WriteAllTextAsync(configuration, Configuration(folder.FullName, port, crowd.Tls), cancellation);
        var running = new RunningXmpp(ServerChild.Start(Program, ["--config", configuration, "-F"], Cores.OfServers), folder, port, crowd);
        try
        {
            await running.RegisterAsync(cancellation);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    private static string Configuration(string folder, int port, bool tls) => string.Create(CultureInfo.InvariantCulture, $$"""
        run_as_root = true
        pidfile = "{{folder}}/prosody.pid"
        data_path = "{{folder}}/data"
        certificates = "{{folder}}"
        log = { error = "*stderr" }
        gc = { mode = "generational" }
        network_settings = { tcp_backlog = 2048 }
        interfaces = { "127.0.0.1" }
        c2s_ports = { {{(tls ? "" : port)}} }
        c2s_direct_tls_ports = { {{(tls ? port : "")}} }
        ssl = { certificate = "{{folder}}/certificate.pem"; key = "{{folder}}/key.pem" }
        http_ports = {}
        https_ports = {}
        modules_enabled = { "saslauth"; "offline"; "message"; "presence"; "iq"; "ping"; "register_ibr"; "tls" }
        modules_disabled = { "s2s"; "admin_shell" }
        allow_registration = true
        authentication = "internal_plain"
        c2s_require_encryption = false
        allow_unencrypted_plain_auth = true
        VirtualHost "{{XmppClient.Domain}}"
        Component "conference.{{XmppClient.Domain}}" "muc"
          muc_room_locking = false
          muc_room_default_history_length = 0

        """);
}
