using System.Globalization;
using System.Text.Json;

namespace TalkyWalky.Bench.Growth;

/// <summary>Each thing that can become large, measured at 1, 4 and 16 times a size. Processor time of this process; the least of three tries.</summary>
internal static class GrowthBenchmark
{
    private const int Tries = 3;

    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public static async Task<IReadOnlyList<GrowthLine>> RunAsync(TextWriter progress, CancellationToken cancellation)
    {
        using var grants = new GrantGrowth();
        IReadOnlyList<Measurement> all =
        [
            new("a grant, by devices", "ms", false, 64, grants.MakeAsync),
            new("opening a grant, by devices", "ms", true, 64, grants.OpenAsync),
            new("one publication, by recipients, stored and delivered", "ms", false, 64, MailboxGrowth.FanOutAsync),
            new("a mailbox filled, by messages", "ms", false, 1000, MailboxGrowth.FillAsync),
            new("a mailbox drained, by messages", "ms", false, 1000, MailboxGrowth.DrainAsync),
            new("history written, by messages", "ms", false, 10_000, HistoryGrowth.WriteAsync),
            new("a page in the middle of a history, by messages", "us", true, 10_000, HistoryGrowth.PageAsync),
            new("looking for a person, by people", "us", true, 1000, PeopleGrowth.FindAsync),
            new("a proof of the transparency log, by leaves", "us", true, 50_000, LogGrowth.ProofAsync),
        ];
        var lines = new List<GrowthLine>();
        foreach (var one in all)
        {
            progress.WriteLine($"measuring {one.What} ...");
            lines.Add(await one.RunAsync(Tries, cancellation));
        }

        return lines;
    }

    public static string ToJson(IReadOnlyList<GrowthLine> lines) => JsonSerializer.Serialize(lines, Camel);

    public static string ToText(IReadOnlyList<GrowthLine> lines) => string.Join('\n', lines.Select(static line => string.Create(
        CultureInfo.InvariantCulture,
        $"{line.What,-55} {string.Join(", ", line.Sizes.Zip(line.Costs).Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.First}: {pair.Second:0.##}"))),-45} {line.Unit} {(line.IsEach ? "each" : "all")}, exponent {line.Exponent:0.00}")));
}
