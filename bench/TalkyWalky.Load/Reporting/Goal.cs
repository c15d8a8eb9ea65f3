using System.Globalization;
using TalkyWalky.Load.Workloads;

namespace TalkyWalky.Load.Reporting;

/// <summary>What ours must reach: so many times what a peer does, or a figure of its own.</summary>
/// <param name="Peer">Null: <paramref name="Factor"/> is the figure itself.</param>
internal sealed record Goal(string Row, string Transport, string Figure, bool AtMost, double Factor, string? Peer = null)
{
    public static IReadOnlyList<Goal> All { get; } =
    [
        new("pairs, window 10", "plain", Workloads.Figure.MessagesPerSecond, AtMost: false, 1.5, "ejabberd"),
        new("pairs, window 10", "plain", Workloads.Figure.MessagesPerSecond, AtMost: false, 3, "rabbitmq-classic"),
        new("pairs, window 10", "plain", Workloads.Figure.ServerMicroseconds, AtMost: true, 25),
        new("pairs, 1,000/s offered", "plain", Workloads.Figure.P50, AtMost: true, 0.8),
        new("pairs, 1,000/s offered", "plain", Workloads.Figure.P99, AtMost: true, 3),
        new("room of 100", "plain", Workloads.Figure.DeliveriesPerSecond, AtMost: false, 6, "ejabberd"),
        new("room of 100", "plain", Workloads.Figure.DeliveriesPerSecond, AtMost: false, 0.3, "relay"),
        new("room of 500", "plain", Workloads.Figure.DeliveriesPerSecond, AtMost: false, 6, "ejabberd"),
        new("room of 500", "plain", Workloads.Figure.DeliveriesPerSecond, AtMost: false, 0.3, "relay"),
        new("5000 idle", "plain", Workloads.Figure.KilobytesEach, AtMost: true, 20),
        new("5000 idle", "TLS", Workloads.Figure.KilobytesEach, AtMost: true, 40),
        new("offline, store", "plain", Workloads.Figure.MessagesPerSecond, AtMost: false, 1.5, "rabbitmq-quorum"),
        new("offline, drain", "plain", Workloads.Figure.MessagesPerSecond, AtMost: false, 2, "rabbitmq-quorum"),
        new("storm of 2000", "TLS", Workloads.Figure.ServerMilliseconds, AtMost: true, 1.6),
        new("pairs, soak", "plain", Workloads.Figure.Growth, AtMost: true, 5),
    ];

    /// <summary>Such as "at least 1.5x ejabberd: 2.1x, pass"; null when it cannot be said.</summary>
    public string? Judge(Summary ours, Summary? peer)
    {
        if (Peer is not null && peer is not { Median: > 0 }) return null;
        var reached = Peer is null ? ours.Median : ours.Median / peer!.Median;
        var verdict = (AtMost ? reached <= Factor : reached >= Factor) ? "pass" : "SHORT";
        var unit = Peer is null ? "" : "x";
        return string.Create(CultureInfo.InvariantCulture, $"{(AtMost ? "at most" : "at least")} {Factor:0.##}{unit}{(Peer is null ? "" : $" {Peer}")}: {reached:0.##}{unit}, {verdict}");
    }
}
