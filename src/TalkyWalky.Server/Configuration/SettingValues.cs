namespace TalkyWalky.Server.Configuration;

/// <summary>Reads keys one by one and remembers the first error.</summary>
internal sealed class SettingValues(IReadOnlyDictionary<string, Setting> settings)
{
    public string? Error { get; private set; }

    public T Read<T>(ConfigurationKey<T> key)
    {
        if (!settings.TryGetValue(key.Name, out var setting)) return key.Default;
        if (key.TryRead(setting, out var value)) return value;
        var shown = key.IsSecret ? "not usable" : setting.IsText ? $"\"{setting.Text}\"" : setting.Text;
        Error ??= $"{setting.Name} {setting.Source} is {Shorten(shown)}; give {key.Allowed}";
        return key.Default;
    }

    private static string Shorten(string text) => text.Length <= 120 ? text : text[..120] + "...";
}
