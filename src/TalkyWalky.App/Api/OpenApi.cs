using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using TalkyWalky.App.Http;
using TalkyWalky.App.Live;

namespace TalkyWalky.App.Api;

/// <summary>The OpenAPI 3.1 document, made from the same table that is served and the same types that are written (docs/decisions/0004-openapi-from-the-table.md).</summary>
internal static partial class OpenApi
{
    public const string Path = "/openapi.json";
    private const string EventsSchema = "LiveEvent";

    private static readonly JsonSchemaExporterOptions Exporting = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = static (context, schema) =>
            // Its converter says nothing of what it writes.
            (Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type) == typeof(DateTimeOffset) ? Time(context.TypeInfo.Type != typeof(DateTimeOffset)) : schema,
    };

    // A schema lies deeper than the values that it describes.
    private static readonly ApiJson Deep = new(new JsonSerializerOptions(ApiJson.Default.Options) { MaxDepth = 64 });

    public static JsonObject Document(IEnumerable<ApiEndpoint> endpoints, string cookieName)
    {
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal) { [EventsSchema] = Export(ApiJson.Types.LiveEvent), ["Problem"] = Export(ApiJson.Types.Problem) };
        var paths = new JsonObject { [EventSocket.Path] = new JsonObject { ["get"] = Events() } };
        foreach (var endpoint in endpoints)
        {
            var path = (JsonObject?)paths[endpoint.Path];
            if (path is null) paths.Add(endpoint.Path, path = []);
            path.Add(endpoint.Method.ToLowerInvariant(), Operation(endpoint, schemas));
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "TalkyWalky on this computer", ["version"] = "1", ["description"] = "The loopback API of the app, for its page and for bots. docs/app-api.md shows how to get in.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
                ["securitySchemes"] = new JsonObject { ["cookie"] = ApiKey("cookie", cookieName), ["key"] = ApiKey("header", Security.Guard.KeyHeader) },
            },
            ["security"] = new JsonArray(new JsonObject { ["cookie"] = new JsonArray(), ["key"] = new JsonArray() }),
        };
    }

    private static JsonObject Operation(ApiEndpoint endpoint, SortedDictionary<string, JsonNode> schemas)
    {
        var parameters = new JsonArray([.. Parameters().Matches(endpoint.Path).Select(static match => PathParameter(match.Groups["name"].Value)), .. endpoint.Query.Select(QueryParameter)]);
        var operation = new JsonObject { ["summary"] = endpoint.Summary, ["operationId"] = Name(endpoint), ["responses"] = Responses(endpoint, schemas) };
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (endpoint.Takes is { } takes) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", Reference(takes, schemas)) };
        if (endpoint.TakesMediaType is { } media) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Files(media) };
        if (string.Equals(endpoint.Path, Security.Guard.SessionPath, StringComparison.Ordinal)) operation["security"] = new JsonArray();
        return operation;
    }

    private static JsonObject Responses(ApiEndpoint endpoint, SortedDictionary<string, JsonNode> schemas)
    {
        var (status, good) = endpoint switch
        {
            { MediaType: { } types } => ("200", new JsonObject { ["description"] = "The file.", ["content"] = Files(types) }),
            { Gives: { } gives } => ("200", new JsonObject { ["description"] = "Done.", ["content"] = Content("application/json", Reference(gives, schemas)) }),
            _ => ("204", new JsonObject { ["description"] = "Done." }),
        };
        return new JsonObject { [status] = good, ["default"] = new JsonObject { ["description"] = "It was not done.", ["content"] = Content(Problem.MediaType, To("Problem")) } };
    }

    private static JsonObject Events() => new()
    {
        ["summary"] = "Events as they happen, over a WebSocket (RFC 6455): JSON texts, the state first.",
        ["description"] = "Subprotocols: talkywalky, and key.KEY in place of the header.",
        ["operationId"] = "getEvents",
        ["security"] = new JsonArray(new JsonObject { ["cookie"] = new JsonArray() }),
        ["responses"] = new JsonObject
        {
            ["101"] = new JsonObject { ["description"] = "What follows are texts of this schema.", ["content"] = Content("application/json", To(EventsSchema)) },
            ["default"] = new JsonObject { ["description"] = "It was not done.", ["content"] = Content(Problem.MediaType, To("Problem")) },
        },
    };

    private static JsonObject Reference(JsonTypeInfo type, SortedDictionary<string, JsonNode> schemas)
    {
        if (type.Kind == JsonTypeInfoKind.Enumerable) return new JsonObject { ["type"] = "array", ["items"] = Reference(ApiJson.Types.GetTypeInfo(type.ElementType!)!, schemas) };
        if (type.Type == typeof(string)) return new JsonObject { ["type"] = "string" };
        var isChange = type.Type == typeof(JsonElement);
        var name = isChange ? "SettingsChange" : SchemaName(type.Type);
        if (!schemas.ContainsKey(name)) schemas.Add(name, isChange ? SettingsChange() : Export(type));
        return To(name);
    }

    // What others may learn is a person's settings to the engine; here settings are those of this computer.
    public static string SchemaName(Type type) => type == typeof(SettingsLine) ? "Privacy" : Suffix().Replace(type.Name, "");

    private static JsonNode Export(JsonTypeInfo type) => Deep.GetTypeInfo(type.Type)!.GetJsonSchemaAsNode(Exporting);

    // What is left out stays as it is, null goes back to the default.
    private static JsonObject SettingsChange()
    {
        var schema = (JsonObject)Export(ApiJson.Types.SettingsBody);
        schema.Remove("required");
        foreach (var (name, property) in ((JsonObject)schema["properties"]!).ToList())
            schema["properties"]![name] = new JsonObject { ["anyOf"] = new JsonArray(property!.DeepClone(), new JsonObject { ["type"] = "null" }) };
        return schema;
    }

    private static JsonNode Time(bool isNullable) =>
        new JsonObject { ["type"] = isNullable ? new JsonArray("string", "null") : "string", ["format"] = "date-time" };

    private static JsonObject PathParameter(string name) => new()
    {
        ["name"] = name, ["in"] = "path", ["required"] = true,
        ["schema"] = string.Equals(name, "kind", StringComparison.Ordinal) ? new JsonObject { ["enum"] = new JsonArray(Names.Person, Names.Room) } : new JsonObject { ["type"] = "string" },
    };

    private static JsonObject QueryParameter(QueryParameter query) => new()
    {
        ["name"] = query.Name, ["in"] = "query", ["required"] = query.IsRequired, ["description"] = query.Meaning, ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Files(string mediaTypes) =>
        new(mediaTypes.Split([", ", " or "], StringSplitOptions.None).Select(static type => KeyValuePair.Create<string, JsonNode?>(type, new JsonObject())));

    private static JsonObject Content(string mediaType, JsonNode schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private static JsonObject To(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };

    private static JsonObject ApiKey(string where, string name) => new() { ["type"] = "apiKey", ["in"] = where, ["name"] = name };

    // getConversationsMessages, postRoomsJoin
    private static string Name(ApiEndpoint endpoint) => endpoint.Method.ToLowerInvariant() + string.Concat(endpoint.Path[ApiEndpoint.Root.Length..]
        .Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Select(static part => part.Trim('{', '}'))
        .Select(static part => char.ToUpperInvariant(part[0]) + part[1..].Replace(".json", "", StringComparison.Ordinal)));

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameters();

    [GeneratedRegex("(Body|Line)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();
}
