using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>Another slapd on the data of one that runs, which lets anybody read and takes passwords in the clear. Only to be read: each keeps counters of its own.</summary>
internal sealed class OpenSlapd : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RunningProgram _server;

    private OpenSlapd(string configuration)
    {
        File.WriteAllText(_folder["slapd.conf"], configuration);
        Ldap = new Uri($"ldap://127.0.0.1:{Ports.Free()}");
        _server = RunningProgram.Start("slapd", ["-h", Ldap.OriginalString, "-f", _folder["slapd.conf"], "-d", "0"]);
    }

    public Uri Ldap { get; }

    public static async Task<OpenSlapd> StartAsync(Slapd server)
    {
        var configuration = await File.ReadAllTextAsync(Path.Combine(server.Folder, "slapd.conf"));
        var open = new OpenSlapd(configuration
            .Replace("security simple_bind=128", "", StringComparison.Ordinal)
            .Replace("by users read by * none", "by * read", StringComparison.Ordinal)
            .Replace("slapd.pid", "open.pid", StringComparison.Ordinal));
        while ((await Programs.RunAsync("ldapsearch", ["-x", "-H", open.Ldap.OriginalString, "-s", "base", "-b", "", "1.1"])).Exit != 0)
            Assert.Empty(open._server.Errors());
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.SignalAsync("TERM");
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
