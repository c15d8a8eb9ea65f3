using System.Globalization;
using System.Text;

namespace TalkyWalky.Bench;

/// <summary>
/// People hashed onto several clusters of RabbitMQ, each with mailboxes of its own: what a gateway then publishes, and what falls on each cluster and node. A calculation with
/// drawn messages; nothing runs.
/// </summary>
/// <param name="Devices">Of each person.</param>
/// <param name="MessagesADay">That each person writes.</param>
/// <param name="PeakHour">Share of a day's messages in its busiest hour.</param>
/// <param name="RoomShare">Share of messages that go to rooms.</param>
/// <param name="MeanRoom">People in the room of a message, on average; sizes are geometric.</param>
internal sealed record ClusterSimulation(
    int People, int Devices, double MessagesADay, double PeakHour, double RoomShare, double MeanRoom, int Draws, int Seed)
{
    public static ClusterSimulation TenMillion { get; } = new(10_000_000, 2, 40, 0.15, 0.4, 25, 200_000, 1);

    public string ToText(IReadOnlyList<int> clusters)
    {
        var text = new StringBuilder();
        var peak = People * MessagesADay * PeakHour / 3600;
        text.AppendLine(Invariant($"{People:N0} people with {Devices} devices, {MessagesADay:N0} messages a day each, {PeakHour:P0} of them in the busiest hour: {peak:N0} messages/s at the peak"));
        text.AppendLine("| clusters | people on one, least and most | moved when one more is added | publishes for a message | publishes/s on one | copies/s on one | queue members on a node |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var count in clusters)
        {
            var (least, most, moved) = Spread(count);
            var (publishes, copies) = Draw(count);
            text.AppendLine(Invariant(
                $"| {count} | {least:N0}, {most:N0} | {moved:P1} | {publishes:F2} | {publishes * peak / count:N0} | {copies * peak / count:N0} | {(double)People * Devices / count:N0} |"));
        }

        return text.ToString();
    }

    /// <summary>The cluster with the highest hash of person and cluster (rendezvous hashing): one more takes its share from all alike.</summary>
    public static int ClusterOf(ulong person, int clusters)
    {
        var (best, chosen) = (0UL, 0);
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            var weight = Mix(person ^ Mix((ulong)cluster + 1));
            if (weight < best) continue;
            (best, chosen) = (weight, cluster);
        }

        return chosen;
    }

    private (long Least, long Most, double Moved) Spread(int clusters)
    {
        var on = new long[clusters + 1];
        var moved = 0L;
        for (var person = 0UL; person < (ulong)People; person++)
        {
            var cluster = ClusterOf(person, clusters);
            on[cluster]++;
            // With one more, a person stays or goes to the new one.
            if (Mix(person ^ Mix((ulong)clusters + 1)) > Mix(person ^ Mix((ulong)cluster + 1))) moved++;
        }

        return (on.Take(clusters).Min(), on.Max(), (double)moved / People);
    }

    /// <summary>Of one message on average: publishes (one for each cluster that somebody's mailbox is on) and copies (one for each device).</summary>
    private (double Publishes, double Copies) Draw(int clusters)
    {
        var random = new Random(Seed);
        var (publishes, copies) = (0L, 0L);
        var touched = new HashSet<int>();
        for (var i = 0; i < Draws; i++)
        {
            touched.Clear();
            var people = random.NextDouble() < RoomShare ? 2 + (int)(-Math.Log(1 - random.NextDouble()) * (MeanRoom - 2)) : 2;
            for (var person = 0; person < people; person++) touched.Add(ClusterOf((ulong)random.NextInt64(People), clusters));
            publishes += touched.Count;
            copies += (people * Devices) - 1; // all devices but the author's own
        }

        return ((double)publishes / Draws, (double)copies / Draws);
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
