using System.Globalization;
using System.Text.Json;

namespace TalkyWalky.Bench;

/// <param name="PerSecond">Messages that were published, on disk, delivered and settled.</param>
/// <param name="Refused">Publications that were not accepted.</param>
/// <param name="AcceptedMs">From the call to the answer that it is on disk.</param>
/// <param name="DeliveredMs">From the call to the consumer. At an offered rate both begin when the message was due.</param>
/// <param name="CpuMicroseconds">Of the whole process for each message, the load generator's own included.</param>
/// <param name="AllocatedBytes">For each message, the load generator's own included.</param>
internal sealed record BrokerReport(
    BrokerLoad Load, double PerSecond, long Refused, Percentiles AcceptedMs, Percentiles DeliveredMs, double FsyncsPerSecond,
    double CpuMicroseconds, double AllocatedBytes)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Camel);

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"""
        load        {Load.Pairs} pairs, window {Load.Window}, {Load.Size} bytes, {(Load.Rate == 0 ? "as fast as it goes" : $"{Load.Rate}/s offered")}, {Load.Duration.TotalSeconds:0} s
        messages    {PerSecond:0}/s published, on disk, delivered, settled; {Refused} refused
        accepted    p50 {AcceptedMs.P50:0.00} ms, p99 {AcceptedMs.P99:0.00} ms
        delivered   p50 {DeliveredMs.P50:0.00} ms, p99 {DeliveredMs.P99:0.00} ms
        disk        {FsyncsPerSecond:0} fsyncs/s, {(FsyncsPerSecond > 0 ? PerSecond / FsyncsPerSecond : 0):0.0} messages each
        cost        {CpuMicroseconds:0.0} us CPU and {AllocatedBytes:0} bytes allocated for each message (generator included)
        """);
}

internal readonly record struct Percentiles(double P50, double P99)
{
    public static Percentiles Of(IEnumerable<long> ticks)
    {
        var sorted = ticks.Order().ToArray();
        return sorted.Length == 0 ? default : new Percentiles(At(sorted, 0.50), At(sorted, 0.99));
    }

    private static double At(long[] sorted, double share) =>
        sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))] * 1000.0 / System.Diagnostics.Stopwatch.Frequency;
}
