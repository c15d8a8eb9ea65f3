namespace TalkyWalky.Load.Peers;

/// <summary>What can be measured: our server, another one, or the limit of the platform.</summary>
internal interface IPeer
{
    string Name { get; }

    /// <summary>What it is and how it is set, for the report.</summary>
    string Description { get; }

    /// <summary>Why it cannot be measured here, as a sentence that says what to do; null when it can.</summary>
    string? Missing { get; }

    /// <summary>A fresh process, with everyone known to it.</summary>
    Task<IRunningPeer> StartAsync(Crowd crowd, CancellationToken cancellation);
}

/// <param name="People">Numbered from 0.</param>
/// <param name="IsRoom">They are the members of one room, and in it as soon as they are there.</param>
internal sealed record Crowd(int People, bool Tls, bool IsRoom);

internal interface IRunningPeer : IAsyncDisposable
{
    int ProcessId { get; }

    /// <summary>Says to the sender that a message was taken over; else its delivery is the answer.</summary>
    bool Answers { get; }

    /// <summary>Who writes to a room gets a copy too.</summary>
    bool ReturnsToAuthor { get; }

    /// <summary>Connects and, where the protocol has that apart from being there, logs in.</summary>
    Task<ChatClient> OpenAsync(int person, CancellationToken cancellation);
}
