using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>A unit of a real directory for one test, gone with it, and the adapter on it.</summary>
public sealed class TestDirectory(RealDirectory server, LdapKind kind)
{
    private static int _units;

    private readonly List<LdapDirectory> _opened = [];
    private readonly string _unit = $"OU=test{Interlocked.Increment(ref _units)}-{Environment.ProcessId}";

    public RealDirectory Server { get; } = server;

    public LdapKind Kind { get; } = kind;

    public string Base => $"{_unit},OU=People,{Server.Base}";

    public LdapOptions Options => new(
        Kind, [Server.Ldap], StartTls: true, Server.CaFile, Server.BindDn, Server.Password, Base, LdapPresets.MapOf(Kind),
        LdapPresets.NewUserOf(Kind) with { Dn = Kind == LdapKind.OpenLdap ? "uid={username},{base}" : "CN={username},{base}" }, Group: null, Connections: 8, TimeSpan.FromSeconds(10));

    public async Task<LdapDirectory> StartAsync()
    {
        await Server.ModifyAsync($"dn: {Base}\nobjectClass: organizationalUnit\nou: {_unit["OU=".Length..]}\n");
        return Open(Options);
    }

    public LdapDirectory Open(LdapOptions options, ILogger? logger = null, TimeProvider? time = null)
    {
        var directory = LdapDirectory.Open(options, time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        _opened.Add(directory);
        return directory;
    }

    public string DnOf(string username) => Kind == LdapKind.OpenLdap ? $"uid={username},{Base}" : $"CN={username},{Base}";

    /// <summary>Changes one attribute as the administrator; null takes it away.</summary>
    public Task SetAsync(string username, string attribute, string? value) => Server.ModifyAsync(
        value is null
            ? $"dn: {DnOf(username)}\nchangetype: modify\ndelete: {attribute}\n"
            : $"dn: {DnOf(username)}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n");

    public async Task DeleteAsync()
    {
        foreach (var directory in _opened) directory.Dispose();
        (await Server.ToolAsync("ldapdelete", ["-r", Base])).Expect(0);
    }
}
