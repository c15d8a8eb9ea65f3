namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>The configured servers in the order in which to try them: one that could not be reached comes last until it has cooled down.</summary>
internal sealed class LdapServers(IReadOnlyList<Uri> servers, TimeProvider time)
{
    public static readonly TimeSpan CoolDown = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<Uri, long> _failed = [];

    public IReadOnlyList<Uri> InOrder()
    {
        lock (_lock) return [.. servers.OrderBy(server => _failed.TryGetValue(server, out var since) && time.GetElapsedTime(since) < CoolDown ? since : long.MinValue)];
    }

    public void Failed(Uri server)
    {
        lock (_lock) _failed[server] = time.GetTimestamp();
    }
}
