using System.Globalization;
using System.Text.Json;

namespace TalkyWalky.Bench;

/// <param name="FirstPerSecond">Appends a second, 500 in a transaction, while the first tenth was written; and the last tenth.</param>
/// <param name="SingleMs">One message in a transaction of its own, on disk, behind all others.</param>
/// <param name="NewestMs">A page of 50.</param>
/// <param name="ExportSeconds">All messages read in pages.</param>
/// <param name="ClearSeconds">All messages deleted and the file written anew.</param>
internal sealed record HistoryReport(
    int Messages, double FirstPerSecond, double LastPerSecond, Percentiles SingleMs, Percentiles NewestMs, Percentiles MiddleMs, Percentiles OldestMs, double ExportSeconds,
    double ClearSeconds, long FileBytes)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Camel);

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"""
        messages    {Messages}, {FileBytes / 1048576.0:0} MiB
        append      {FirstPerSecond:0}/s in the first tenth, {LastPerSecond:0}/s in the last; alone p50 {SingleMs.P50:0.00} ms, p99 {SingleMs.P99:0.00} ms
        page of 50  newest p50 {NewestMs.P50:0.00} ms, p99 {NewestMs.P99:0.00} ms; middle p50 {MiddleMs.P50:0.00} ms, p99 {MiddleMs.P99:0.00} ms; oldest p50 {OldestMs.P50:0.00} ms, p99 {OldestMs.P99:0.00} ms
        read all    {ExportSeconds:0.0} s
        clear all   {ClearSeconds:0.0} s
        """);
}
