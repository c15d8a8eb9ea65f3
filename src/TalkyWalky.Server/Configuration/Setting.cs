using System.Globalization;

namespace TalkyWalky.Server.Configuration;

internal enum SettingShape
{
    /// <summary>From the environment or the command line: any key reads it.</summary>
    Untyped,
    Text,
    Number,
    List,
    Truth,

    /// <summary>null or an object: right for no key.</summary>
    Other,
}

/// <summary>One value as it was given, and where.</summary>
/// <param name="Name">The name that the administrator wrote: the key, the environment variable or the option.</param>
/// <param name="Source">"in FILE", "in the environment", "on the command line".</param>
/// <param name="Folder">What a relative path is relative to.</param>
internal sealed record Setting(string Name, string Source, SettingShape Shape, string Text, IReadOnlyList<string> Items, string Folder)
{
    public bool IsText => Shape is SettingShape.Untyped or SettingShape.Text;

    public static Setting Untyped(string name, string source, string text) =>
        new(name, source, SettingShape.Untyped, text, text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), Environment.CurrentDirectory);

    public static Setting Typed(string name, string source, SettingShape shape, string text, string folder) => new(name, source, shape, text, [], folder);

    public bool TryReadInteger(out long value)
    {
        value = 0;
        return Shape is SettingShape.Untyped or SettingShape.Number && long.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
