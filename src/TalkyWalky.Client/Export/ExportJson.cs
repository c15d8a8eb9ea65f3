using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.Client.Lines;

namespace TalkyWalky.Client.Export;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(UtcTime), typeof(CamelCaseState)])]
[JsonSerializable(typeof(HistoryHead))]
[JsonSerializable(typeof(MessageLine))]
internal sealed partial class ExportTypes : JsonSerializerContext;

internal static class ExportJson
{
    /// <summary>Letters of every language stay as they are; control characters are escaped as JSON demands.</summary>
    public static ExportTypes Readable { get; } = new(new JsonSerializerOptions(ExportTypes.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
