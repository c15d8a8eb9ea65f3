namespace TalkyWalky.App.Launch;

internal enum HostSystem
{
    Linux,
    MacOs,
    Windows,
}

/// <summary>What the launcher takes from the machine it runs on; tests give their own.</summary>
/// <param name="Variable">An environment variable, null when unset.</param>
/// <param name="IsProgram">Whether a file is there and may be run.</param>
/// <param name="IsRoot">Chromium's sandbox refuses to work for root.</param>
internal sealed record Surroundings(HostSystem System, Func<string, string?> Variable, Func<string, bool> IsProgram, bool IsRoot)
{
    public bool HasDisplay => System != HostSystem.Linux || IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY");

    public static Surroundings Here(Func<string, string?> variable) => new(
        OperatingSystem.IsWindows() ? HostSystem.Windows : OperatingSystem.IsMacOS() ? HostSystem.MacOs : HostSystem.Linux,
        variable, IsProgramHere, OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess);

    /// <summary>The first program of that name in the folders of PATH; null when there is none.</summary>
    public string? OnPath(string name) =>
        (Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, name)).FirstOrDefault(IsProgram);

    private bool IsSet(string name) => Variable(name) is { Length: > 0 };

    private static bool IsProgramHere(string path)
    {
        const UnixFileMode anyRun = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & anyRun) != UnixFileMode.None);
    }
}
