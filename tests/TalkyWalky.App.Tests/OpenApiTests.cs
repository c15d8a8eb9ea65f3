using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using TalkyWalky.App.Api;
using TalkyWalky.App.Http;
using TalkyWalky.App.Live;
using TalkyWalky.Client.Lines;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests;

/// <summary>The document, the server and the page agree.</summary>
public sealed partial class OpenApiTests
{
    private static readonly string[] Verbs = ["get", "put", "post", "delete", "patch"];

    private static readonly (string Interface, JsonTypeInfo Type)[] Shapes =
    [
        ("AppState", ApiJson.Types.StateBody), ("Self", ApiJson.Types.SelfLine), ("Status", ApiJson.Types.StatusBody), ("JoinLink", ApiJson.Types.JoinBody), ("Enrolment", ApiJson.Types.EnrolmentBody),
        ("Person", ApiJson.Types.PersonLine), ("Message", ApiJson.Types.MessageLine), ("SharedFile", ApiJson.Types.FileLine), ("Conversation", ApiJson.Types.ConversationLine), ("Room", ApiJson.Types.RoomLine),
        ("Member", ApiJson.Types.MemberLine), ("Device", ApiJson.Types.DeviceEntryLine), ("ContactCard", ApiJson.Types.ContactLine), ("Draft", ApiJson.Types.DraftBody),
        ("Names", ApiJson.Types.NamesBody), ("Settings", ApiJson.Types.SettingsBody), ("Privacy", ApiJson.Types.SettingsLine), ("Problem", ApiJson.Types.Problem),
    ];

    [Fact]
    public async Task Document_NamesExactlyWhatIsServed()
    {
        await using var app = await TestApp.StartAsync();
        var document = await app.CallAsync("GET", "/openapi.json");
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        var served = ((IEndpointRouteBuilder)app.Server.Web).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(static one => $"{one.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {one.RoutePattern.RawText}");
        Assert.Equal(served.Order(StringComparer.Ordinal), Documented(document).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Document_References_LeadToSchemas()
    {
        await using var app = await TestApp.StartAsync();
        var document = await app.CallAsync("GET", "/openapi.json");
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var references = Reference().Matches(document.GetRawText()).Select(static match => match.Groups["name"].Value).Distinct().ToList();
        Assert.True(references.Count > 25);
        Assert.All(references, name => Assert.True(schemas.TryGetProperty(name, out _), name));
        var ids = Operations(document).Select(static one => one.Operation.GetProperty("operationId").GetString()).ToList();
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(Operations(document), static one => Assert.EndsWith(".", one.Operation.GetProperty("summary").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Document_Schemas_HaveTheFieldsThatAreWritten()
    {
        await using var app = await TestApp.StartAsync();
        var schemas = (await app.CallAsync("GET", "/openapi.json")).GetProperty("components").GetProperty("schemas");
        foreach (var (_, type) in Shapes.Where(static one => one.Interface is not ("Self" or "Status" or "Member" or "SharedFile")))
        {
            var properties = schemas.GetProperty(OpenApi.SchemaName(type.Type)).GetProperty("properties").EnumerateObject().Select(static one => one.Name);
            Assert.Equal(type.Properties.Select(static one => one.Name), properties);
        }

        var sentAt = schemas.GetProperty("Message").GetProperty("properties").GetProperty("sentAt");
        Assert.Equal("""{"type":"string","format":"date-time"}""", sentAt.GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
    }

    [Fact]
    public async Task Document_Settings_AreAsTheServerGivesThem()
    {
        await using var app = await TestApp.StartAsync();
        var schemas = (await app.CallAsync("GET", "/openapi.json")).GetProperty("components").GetProperty("schemas");
        var settings = await app.CallAsync("GET", "/settings");
        var names = settings.EnumerateObject().Select(static one => one.Name).ToList();
        Assert.Equal(names, schemas.GetProperty("Settings").GetProperty("properties").EnumerateObject().Select(static one => one.Name));
        Assert.Equal(names, schemas.GetProperty("SettingsChange").GetProperty("properties").EnumerateObject().Select(static one => one.Name));
    }

    [Fact]
    public void Page_Types_NameTheSameFields()
    {
        var source = Source("types.ts");
        foreach (var (name, type) in Shapes)
        {
            var body = Regex.Match(source, $@"export interface {name} \{{\n(?<body>.*?)\n\}}", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(2)).Groups["body"].Value;
            var fields = Field().Matches(body).Select(static match => match.Groups["name"].Value);
            Assert.Equal(type.Properties.Select(static one => one.Name), fields);
        }
    }

    [Fact]
    public void Page_Events_AreThoseThatAreTold()
    {
        var union = Source("events.ts").Split("export type LiveEvent =")[1];
        var known = EventType().Matches(union).Select(static match => match.Groups["name"].Value);
        var told = typeof(LiveEvent).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), inherit: false)
            .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>().Select(static one => (string)one.TypeDiscriminator!);
        Assert.Equal(told.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Page_Calls_AreAllServed()
    {
        await using var app = await TestApp.StartAsync();
        var documented = Documented(await app.CallAsync("GET", "/openapi.json")).Select(static one => Parameter().Replace(one, "{}")).ToHashSet(StringComparer.Ordinal);
        var calls = Call().Matches(Source("calls.ts")).SelectMany(static match => Paths(match.Groups["path"].Value).Select(path => $"{match.Groups["method"].Value} {ApiEndpoint.Root}{path}")).ToList();
        Assert.True(calls.Count > 40);
        Assert.Empty(calls.Except(documented, StringComparer.Ordinal));
        string[] notOfThePage = ["GET /api/v1/events", "GET /api/v1/openapi.json", "GET /api/v1/state", "POST /api/v1/session"]; // live.ts and http.ts; the state comes as an event
        Assert.Empty(documented.Except([.. calls, .. notOfThePage], StringComparer.Ordinal));
    }

    // `${of(key)}/messages?${query}`, '/rooms', and the one that is either: key ? `...` : '/messages'
    private static IEnumerable<string> Paths(string source) => Literal().Matches(source)
        .Select(static match => match.Groups["text"].Value.Split('?')[0].Replace("${of(key)}", "/conversations/{}/{}", StringComparison.Ordinal))
        .Select(static path => Interpolated().Replace(path, "{}"));

    private static IEnumerable<string> Documented(JsonElement document) => Operations(document).Select(static one => $"{one.Method} {one.Path}");

    private static IEnumerable<(string Method, string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where Verbs.Contains(operation.Name)
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    private static string Source(string name) => File.ReadAllText(Path.Combine(Repository.Root, "src", "TalkyWalky.App", "ui", "src", "api", name));

    [GeneratedRegex(@"^  (?<name>\w+)\??: ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Field();

    [GeneratedRegex(@"\{ type: '(?<name>\w+)'", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex EventType();

    [GeneratedRegex(@"#/components/schemas/(?<name>\w+)", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\b(call<.*?>|request)\('(?<method>[A-Z]+)', (?<path>[^\n]*)", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Call();

    [GeneratedRegex(@"[`'](?<text>(/|\$\{of\()[^`']*)[`']", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\$\{[^}]*\}", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Interpolated();

    [GeneratedRegex(@"\{\w+\}", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Parameter();
}
