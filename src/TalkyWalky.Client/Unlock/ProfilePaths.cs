using System.Security.Cryptography;
using System.Text;

namespace TalkyWalky.Client.Unlock;

/// <summary>Where profiles and key files lie by default: the XDG folders, which the variables may move.</summary>
public static class ProfilePaths
{
    public static string Default(Func<string, string?> variable) => Path.Combine(DataHome(variable), "talkywalky", "default");

    public static string DataHome(Func<string, string?> variable) => Base(variable, "XDG_DATA_HOME", ".local/share");

    public static string ConfigHome(Func<string, string?> variable) => Base(variable, "XDG_CONFIG_HOME", ".config");

    /// <summary>One key file per profile path, so that a moved copy of a profile does not find it.</summary>
    public static string KeyFile(string profile, Func<string, string?> variable)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Full(profile)))[..16]);
        return Path.Combine(ConfigHome(variable), "talkywalky", "keys", name);
    }

    /// <summary>As the key file's name needs it: absolute, without a separator at the end.</summary>
    public static string Full(string profile) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(profile));

    public static bool IsInside(string file, string folder) =>
        Path.GetFullPath(file).StartsWith(Full(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Base(Func<string, string?> variable, string name, string underHome)
    {
        // XDG Base Directory: a relative path there is to be ignored.
        if (variable(name) is { Length: > 0 } moved && Path.IsPathRooted(moved)) return moved;
        var home = variable("HOME") is { Length: > 0 } own ? own : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home, underHome);
    }
}
