using System.Globalization;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Testing;

namespace TalkyWalky.Load.Peers.Xmpp;

/// <summary>Debian's ejabberd, run by the Erlang machine itself: no node name, no other daemon.</summary>
internal sealed class EjabberdPeer(string name, bool busyWait) : IPeer
{
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    public string Name => name;

    public string Description => $"ejabberd, one-to-one messages in memory only: no archive, no s2s, no shaper, backlog 2048, offline limit off, +K true{(busyWait ? "" : ", +sbwt none")}, passwords in plain text";

    public string? Missing => System.IO.Directory.Exists(Libraries) && System.IO.Directory.GetDirectories(Libraries, "ejabberd-*").Length > 0 && File.Exists("/usr/bin/erl")
        ? null
        : "ejabberd is not installed; apt-get install ejabberd, and stop the service that the package starts";

    public async Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("tw-ejabberd-");
        var (port, configuration) = (Ports.Free(), Path.Combine(folder.FullName, "ejabberd.yml"));
        ThrowAwayCertificate.Write(XmppClient.Domain, Path.Combine(folder.FullName, "certificate.pem"), Path.Combine(folder.FullName, "key.pem"));
        await File.WriteAllTextAsync(configuration, Configuration(folder.FullName, port, crowd.Tls), cancellation);
        var child = ServerChild.Start(
            "/usr/bin/erl",
            ["+K", "true", "+P", "1000000", "+Q", "100000", .. busyWait ? Array.Empty<string>() : ["+sbwt", "none"], "-noinput", "-mnesia", "dir", $"\"{folder.FullName}/db\"", "-s", "ejabberd"],
            Cores.OfServers,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["EJABBERD_CONFIG_PATH"] = configuration,
                ["EJABBERD_LOG_PATH"] = Path.Combine(folder.FullName, "ejabberd.log"),
                ["ERL_LIBS"] = Libraries,
                ["ERL_CRASH_DUMP"] = "/dev/null",
                ["HOME"] = folder.FullName,
            });
        var running = new RunningXmpp(child, folder, port, crowd);
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

    private static string Configuration(string folder, int port, bool tls) => string.Create(CultureInfo.InvariantCulture, $"""
        loglevel: error
        hosts: [{XmppClient.Domain}]
        certfiles: ["{folder}/certificate.pem", "{folder}/key.pem"]
        auth_method: [internal]
        auth_password_format: plain
        registration_timeout: infinity
        listen:
          - port: {port}
            ip: "127.0.0.1"
            module: ejabberd_c2s
            shaper: none
            access: all
            backlog: 2048
            tls: {(tls ? "true" : "false")}
        access_rules:
          register:
            allow: all
        shaper_rules:
          max_user_offline_messages: infinity
        modules:
          mod_register:
            ip_access: all
            access: register
          mod_ping:
            send_pings: false
          mod_offline:
            access_max_user_messages: max_user_offline_messages
          mod_muc:
            access: all
            access_create: all
            max_users: 5000
            default_room_options:
              max_users: 5000
              mam: false

        """);
}
