using Microsoft.Extensions.Logging;
using TalkyWalky.Pki;

namespace TalkyWalky.Client;

/// <summary>What the engine takes from its host: the clock, where new keys come from, and where logs go (identifiers only).</summary>
public sealed record ClientEnvironment(TimeProvider Time, IKeySource Keys, ILoggerFactory Logs)
{
    /// <summary>For the host whose person reads the notices.</summary>
    public Directions Directions { get; init; } = Directions.Commands;
}
