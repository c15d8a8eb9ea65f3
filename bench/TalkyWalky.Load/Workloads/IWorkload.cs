using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>What is measured, and how it goes into the table.</summary>
internal interface IMeasurement
{
    string Name { get; }

    string Description { get; }

    /// <summary>Of the table.</summary>
    IReadOnlyList<string> Rows { get; }

    /// <summary>Why it cannot be measured here, as a sentence that says what to do; null when it can.</summary>
    string? Missing => null;

    /// <summary>What was asked and cannot be, where less is measured; as a sentence.</summary>
    string? Note => null;

    /// <summary>How long one run may take, before one was seen.</summary>
    TimeSpan Guess { get; }
}

/// <summary>A load on a server.</summary>
internal interface IWorkload : IMeasurement
{
    /// <summary>How many the server must know.</summary>
    int People { get; }

    /// <summary>They are the members of one room.</summary>
    bool IsRoom => false;

    /// <summary>Whether this peer can do that at all.</summary>
    bool Concerns(string peer) => true;

    /// <summary>Once, on a fresh server.</summary>
    Task<IReadOnlyList<Measured>> RunAsync(IRunningPeer peer, CancellationToken cancellation);
}

/// <summary>What needs no server that others are compared with, or starts what it needs by itself.</summary>
internal interface IAlone : IMeasurement
{
    Task<IReadOnlyList<Measured>> RunAsync(CancellationToken cancellation);
}

/// <param name="Row">In the table.</param>
/// <param name="Figures">By name, such as "messages/s".</param>
internal sealed record Measured(string Row, CpuShare Cpu, params IReadOnlyList<(string Name, double Value)> Figures)
{
    /// <summary>Where it is not the one that was asked.</summary>
    public string? Peer { get; init; }

    /// <summary>What <see cref="WarmingUp"/> saw before.</summary>
    public IReadOnlyList<double> WarmUp { get; init; } = [];
}
