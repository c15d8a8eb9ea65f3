using System.Globalization;
using System.Text.Json;

namespace TalkyWalky.Bench;

/// <param name="PerSecond">Leaves appended a second, 5,000 in a transaction.</param>
/// <param name="SingleMs">One leaf in a transaction of its own, on disk.</param>
/// <param name="InclusionMs">The audit path of a leaf taken by chance, read, folded and verified.</param>
/// <param name="InclusionCpuMs">Processor time of one.</param>
/// <param name="ConsistencyMs">From a smaller tree taken by chance.</param>
internal sealed record LogReport(
    int Leaves, int LeafBytes, double PerSecond, Percentiles SingleMs, Percentiles InclusionMs, double InclusionBytes, int InclusionMostBytes, double InclusionCpuMs, Percentiles ConsistencyMs, double ConsistencyBytes,
    int ConsistencyMostBytes, long FileBytes)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Camel);

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"""
        log         {Leaves} leaves of {LeafBytes} bytes, {FileBytes / 1048576.0:0} MiB
        append      {PerSecond:0}/s; alone p50 {SingleMs.P50:0.00} ms, p99 {SingleMs.P99:0.00} ms
        inclusion   p50 {InclusionMs.P50:0.00} ms, p99 {InclusionMs.P99:0.00} ms; {InclusionBytes:0} bytes, at most {InclusionMostBytes}; {InclusionCpuMs:0.00} ms of processor time
        consistency p50 {ConsistencyMs.P50:0.00} ms, p99 {ConsistencyMs.P99:0.00} ms; {ConsistencyBytes:0} bytes, at most {ConsistencyMostBytes}
        """);
}
