using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

internal interface IWorkload
{
    string Name { get; }

    string Description { get; }

    /// <summary>How many the server must know.</summary>
    int People { get; }

    /// <summary>They are the members of one room.</summary>
    bool IsRoom => false;

    /// <summary>Why it cannot be measured here, as a sentence that says what to do; null when it can.</summary>
    string? Missing => null;

    /// <summary>Whether this peer can do that at all.</summary>
    bool Concerns(string peer) => true;

    /// <summary>Once, on a fresh server.</summary>
    Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation);
}

/// <param name="Row">In the table.</param>
/// <param name="Figures">By name, such as "messages/s".</param>
internal sealed record Measured(string Row, CpuShare Cpu, params IReadOnlyList<(string Name, double Value)> Figures);
