using System.Globalization;
using System.Text.Json;

namespace TalkyWalky.Load.Reporting;

internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, IndentSize = 1 };

    public static string NameOf(Results results) => results.At.UtcDateTime.ToString("yyyy-MM-dd'T'HHmm", CultureInfo.InvariantCulture) + ".json";

    public static string ToJson(Results results) => JsonSerializer.Serialize(results, Options) + "\n";
}
