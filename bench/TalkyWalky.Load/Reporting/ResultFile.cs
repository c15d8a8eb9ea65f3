using System.Text.Json;

namespace TalkyWalky.Load.Reporting;

internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, IndentSize = 1 };

    public static string ToJson(Results results) => JsonSerializer.Serialize(results, Options) + "\n";
}
