using Microsoft.Extensions.Logging;
using TalkyWalky.Pki;

namespace TalkyWalky.Server;

/// <summary>What every part of the host works with.</summary>
internal sealed record HostServices(TimeProvider Time, IKeySource Keys, ILoggerFactory Logs)
{
    public ILogger Log { get; } = Logs.CreateLogger("TalkyWalky.Server");
}
