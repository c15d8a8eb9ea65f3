using TalkyWalky.App.Launch;
using TalkyWalky.Testing;

namespace TalkyWalky.App.Tests.Launch;

/// <summary>A program that writes down how it was started and then does as it is told.</summary>
internal sealed class StandInBrowser
{
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder;

    /// <param name="then">Shell commands; $$ is the process.</param>
    public StandInBrowser(TempFolder folder, string then)
    {
        _folder = folder;
        Path = folder["browser"];
        File.WriteAllText(Path, $"#!/bin/sh\nprintf '%s\\n' \"$@\" \"DISPLAY=$DISPLAY\" \"PID=$$\" >'{folder.Path}'/args.new\nmv '{folder.Path}'/args.new '{folder.Path}'/args.$$\n{then}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, Runnable);
    }

    public string Path { get; }

    public Surroundings Here(params (string Name, string Value)[] variables) => new(
        HostSystem.Linux,
        name => variables.FirstOrDefault(pair => pair.Name == name).Value ?? name switch { "DISPLAY" => ":7", BrowserSearch.Variable => Path, _ => null },
        File.Exists, IsRoot: false);

    /// <summary>The arguments of its starts so far, when there were as many as that.</summary>
    public async Task<IReadOnlyList<string[]>> StartsAsync(int count)
    {
        using var late = new CancellationTokenSource(Patience);
        while (true)
        {
            var files = new DirectoryInfo(_folder.Path).GetFiles("args.*").Where(static file => file.Name != "args.new").OrderBy(static file => file.LastWriteTimeUtc).ToList();
            if (files.Count >= count) return [.. files.Select(static file => File.ReadAllLines(file.FullName))];
            await Task.Delay(TimeSpan.FromMilliseconds(20), late.Token);
        }
    }
}
