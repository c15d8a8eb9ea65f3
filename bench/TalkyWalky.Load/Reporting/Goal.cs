using System.Globalization;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load.Reporting;

/// <summary>What ours must reach: so many times what a peer does, or a figure of its own.</summary>
/// <param name="Peer">Null: <paramref name="Factor"/> is the figure itself.</param>
internal sealed record Goal(string Row, string Transport, string Figure, bool AtMost, double Factor, string? Peer = null)
{
    /// <param name="idle">How many, where the goal is for each of them.</param>
    public static IReadOnlyList<Goal> All(string idle, string storm) =>
    [
        new("pairs, window 10", Transports.Plain, Workloads.Figure.MessagesPerSecond, AtMost: false, 1.5, "ejabberd"),
        new("pairs, window 10", Transports.Plain, Workloads.Figure.MessagesPerSecond, AtMost: false, 3, "rabbitmq-classic"),
        new("pairs, 1,000/s offered", Transports.Plain, Workloads.Figure.P50, AtMost: true, 0.8),
        new("pairs, 1,000/s offered", Transports.Plain, Workloads.Figure.P99, AtMost: true, 3),
        new("pairs, window 10", Transports.Plain, Workloads.Figure.ServerMicroseconds, AtMost: true, 25),
        new("room of 100", Transports.Plain, Workloads.Figure.DeliveriesPerSecond, AtMost: false, 6, "ejabberd"),
        new("room of 100", Transports.Plain, Workloads.Figure.DeliveriesPerSecond, AtMost: false, 0.3, "relay"),
        new("room of 500", Transports.Plain, Workloads.Figure.DeliveriesPerSecond, AtMost: false, 6, "ejabberd"),
        new("room of 500", Transports.Plain, Workloads.Figure.DeliveriesPerSecond, AtMost: false, 0.3, "relay"),
        new(idle, Transports.Plain, Workloads.Figure.KilobytesEach, AtMost: true, 20),
        new(idle, Transports.Tls, Workloads.Figure.KilobytesEach, AtMost: true, 40),
        new("offline, store", Transports.Plain, Workloads.Figure.MessagesPerSecond, AtMost: false, 1.5, "rabbitmq-quorum"),
        new("offline, drain", Transports.Plain, Workloads.Figure.MessagesPerSecond, AtMost: false, 2, "rabbitmq-quorum"),
        new(storm, Transports.Tls, Workloads.Figure.ServerMilliseconds, AtMost: true, 1.6),
        new(RabbitWorkload.RowOf("classic"), Transports.None, Workloads.Figure.MessagesPerSecond, AtMost: false, 0.7, RabbitWorkload.Library),
        new(RabbitWorkload.RowOf("quorum"), Transports.None, Workloads.Figure.MessagesPerSecond, AtMost: false, 0.7, RabbitWorkload.Library),
        new(ClientWorkload.Message, Transports.None, Workloads.Figure.MessagesPerSecond, AtMost: false, 7000),
        new(ClientWorkload.GrantOf(1000), Transports.None, Workloads.Figure.Milliseconds, AtMost: true, 60),
        new(StartWorkload.Client, Transports.None, Workloads.Figure.Seconds, AtMost: true, 0.5),
        new(StartWorkload.Server, Transports.None, Workloads.Figure.Seconds, AtMost: true, 1),
        new("pairs, soak", Transports.Plain, Workloads.Figure.Growth, AtMost: true, 5),
    ];

    /// <summary>It cannot be judged without this measurement.</summary>
    public bool Needs(IMeasurement measurement, string transport, string peer) =>
        transport == Transport && (peer == "ours" || peer == Peer) && measurement.Rows.Contains(Row, StringComparer.Ordinal);

    public override string ToString()
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"{(AtMost ? "at most" : "at least")} {Factor:#,0.##}{(Peer is null ? "" : $"x {Peer}")}");
        return $"{Row}{(Transport == Transports.None ? "" : $" ({Transport})")}, {Figure}: {target}";
    }
}
