using System.Text.Json;

namespace TalkyWalky.Server.Configuration;

/// <summary>Reads the JSON file into settings by key. Strict: no comments, no duplicate members, no unknown keys.</summary>
internal static class ConfigurationFile
{
    private const int MaxSize = 256 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Null and <paramref name="error"/> when the file cannot be used.</summary>
    public static Dictionary<string, Setting>? TryRead(string file, out string error)
    {
        error = "";
        try
        {
            if (new FileInfo(file).Length > MaxSize)
            {
                error = $"{file} is larger than {MaxSize} bytes; give the server's own configuration file";
                return null;
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(file), Strict);
            return TryFlatten(document.RootElement, file, out error);
        }
        catch (JsonException exception)
        {
            error = $"{file} is not valid JSON (line {exception.LineNumber + 1}): {FirstSentence(exception.Message)}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error = $"cannot read the configuration: {exception.Message.TrimEnd('.')}; check the path and its permissions";
        }

        return null;
    }

    private static Dictionary<string, Setting>? TryFlatten(JsonElement root, string file, out string error)
    {
        var settings = new Dictionary<string, Setting>(StringComparer.Ordinal);
        error = root.ValueKind == JsonValueKind.Object ? "" : $"{file} must hold one JSON object, such as {{ \"listen\": \"127.0.0.1:7443\" }}";
        if (error.Length == 0) error = Collect(root, "", file, settings) ?? "";
        return error.Length == 0 ? settings : null;
    }

    private static string? Collect(JsonElement section, string prefix, string file, Dictionary<string, Setting> settings)
    {
        foreach (var member in section.EnumerateObject())
        {
            var name = prefix + member.Name;
            var key = member.Name.Contains('.', StringComparison.Ordinal) ? null : ConfigurationKeys.All.FirstOrDefault(key => string.Equals(key.Name, name, StringComparison.Ordinal));
            var isSection = prefix.Length == 0 && ConfigurationKeys.All.Any(known => known.Section.Length > 0 && string.Equals(known.Section, name, StringComparison.Ordinal));
            if (isSection && member.Value.ValueKind != JsonValueKind.Object) return $"\"{name}\" in {file} is a section; give it an object such as {{ \"{name}\": {{ ... }} }}";
            if (isSection && Collect(member.Value, name + ".", file, settings) is { } inner) return inner;
            if (isSection) continue;
            if (key is null) return $"\"{name}\" in {file} is no setting; did you mean \"{NearestName.Of(name, ConfigurationKeys.NamesAndSections)}\"?";
            if (key.SecretFile is { } secret) return $"\"{name}\" does not belong in {file}; set {key.EnvironmentName}, or name a file in \"{secret.Name}\"";
            settings.Add(name, ToSetting(name, member.Value, file));
        }

        return null;
    }

    private static Setting ToSetting(string name, JsonElement value, string file)
    {
        var source = $"in {file}";
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return value.ValueKind switch
        {
            JsonValueKind.String => Setting.Typed(name, source, SettingShape.Text, value.GetString()!, folder),
            JsonValueKind.Number => Setting.Typed(name, source, SettingShape.Number, value.GetRawText(), folder),
            JsonValueKind.True or JsonValueKind.False => Setting.Typed(name, source, SettingShape.Truth, value.GetRawText(), folder),
            JsonValueKind.Array when value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String) =>
                Setting.Typed(name, source, SettingShape.List, value.GetRawText(), folder) with { Items = [.. value.EnumerateArray().Select(static item => item.GetString()!)] },
            _ => Setting.Typed(name, source, SettingShape.Other, value.GetRawText(), folder),
        };
    }

    private static string FirstSentence(string message) => message.Split(". ", 2)[0].TrimEnd('.');
}
