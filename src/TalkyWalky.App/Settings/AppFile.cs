using System.Text.Json;
using System.Text.Json.Serialization;
using TalkyWalky.App.Api;
using TalkyWalky.Client;

namespace TalkyWalky.App.Settings;

/// <summary>PROFILE/app.json.</summary>
/// <param name="Port">Where the page is served.</param>
internal sealed record AppFileBody(int Version, int? Port, SettingsBody Settings);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8,
    WriteIndented = true,
    Converters = [typeof(CamelCaseTheme), typeof(CamelCaseLanguage)])]
[JsonSerializable(typeof(AppFileBody))]
internal sealed partial class AppFileJson : JsonSerializerContext;

/// <summary>
/// PROFILE/app.json, mode 0600: how the app looks and behaves, and its port. Nothing in it is secret. It is replaced whole, so that a crash leaves the old one or the new.
/// </summary>
internal sealed class AppFile(string profile)
{
    public const string Name = "app.json";
    private const int Version = 1, LongestFile = 64 * 1024;

    private readonly string _path = Path.Combine(profile, Name);

    /// <summary>Null: there is none. <c>Why</c>: there is one that cannot be used, as a sentence.</summary>
    public (AppFileBody? Body, string? Why) Read()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists) return (null, null);
            if (file.Length > LongestFile) return (null, Unusable("it is too large"));
            var body = JsonSerializer.Deserialize(File.ReadAllBytes(_path), AppFileJson.Default.AppFileBody);
            if (body is not { Version: Version, Port: null or (> 0 and <= ushort.MaxValue) }) return (null, Unusable("it is of another version"));
            return SettingsRules.Problem(body.Settings) is { } wrong ? (null, Unusable(wrong)) : (body, null);
        }
        catch (JsonException wrong)
        {
            return (null, Unusable($"it is wrong at {wrong.Path ?? "its beginning"}"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, Unusable("it cannot be read"));
        }
    }

    /// <exception cref="IOException">The disk is full, or broken.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder belongs to another user.</exception>
    public void Write(int? port, SettingsBody settings)
    {
        OwnerOnly.MakeFolder(profile);
        var draft = _path + ".new";
        using (var stream = new FileStream(draft, OwnerOnly.File(FileMode.Create)))
        {
            JsonSerializer.Serialize(stream, new AppFileBody(Version, port, settings), AppFileJson.Default.AppFileBody);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _path, overwrite: true);
    }

    private string Unusable(string why) => $"The settings in {_path} cannot be used: {why}. The defaults are used, and take their place with the next change.";
}
