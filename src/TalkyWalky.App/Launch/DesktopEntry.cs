using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using TalkyWalky.Client.Unlock;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Launch;

/// <summary>
/// The app in the desktop's menu, and as what opens talkywalky:// links: a desktop entry and an icon in the person's own folders
/// (https://specifications.freedesktop.org/desktop-entry-spec/latest/). Linux only.
/// </summary>
/// <param name="program">Full path of the program to start.</param>
/// <param name="profile">Full path; null for the default one.</param>
/// <param name="variable">An environment variable, null when unset.</param>
public sealed class DesktopEntry(string program, string? profile, Func<string, string?> variable)
{
    private const string FileName = "talkywalky.desktop", LinkType = $"x-scheme-handler/{JoinLink.Scheme}";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private string Applications => Path.Combine(ProfilePaths.DataHome(variable), "applications");

    private string EntryFile => Path.Combine(Applications, FileName);

    private string IconFile => Path.Combine(ProfilePaths.DataHome(variable), "icons", "hicolor", "scalable", "apps", "talkywalky.svg");

    private string ChoicesFile => Path.Combine(ProfilePaths.ConfigHome(variable), "mimeapps.list");

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <returns>The entry's file.</returns>
    public async Task<string> InstallAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Applications);
        Directory.CreateDirectory(Path.GetDirectoryName(IconFile)!);
        await using (var icon = typeof(DesktopEntry).Assembly.GetManifestResourceStream("ui/icon.svg")!)
        await using (var file = File.Create(IconFile)) await icon.CopyToAsync(file, cancellation);
        await File.WriteAllTextAsync(EntryFile, Entry(), cancellation);
        await RunAsync("update-desktop-database", [Applications], cancellation);
        await RunAsync("xdg-mime", ["default", FileName, LinkType], cancellation);
        return EntryFile;
    }

    /// <summary>Takes away what <see cref="InstallAsync"/> wrote. Profiles stay.</summary>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        if (File.Exists(EntryFile)) File.Delete(EntryFile);
        if (File.Exists(IconFile)) File.Delete(IconFile);
        await RunAsync("update-desktop-database", [Applications], cancellation);
        if (!File.Exists(ChoicesFile)) return;
        var lines = await File.ReadAllLinesAsync(ChoicesFile, cancellation);
        var kept = lines.Where(static line => line.TrimEnd(';') is not $"{LinkType}={FileName}").ToList();
        if (kept.Count < lines.Length) await File.WriteAllLinesAsync(ChoicesFile, kept, cancellation);
    }

    // StartupWMClass is what the browser is told to call its windows (BrowserCommand).
    private string Entry() =>
        $"""
         [Desktop Entry]
         Type=Application
         Name=TalkyWalky
         GenericName=Chat
         Comment=End-to-end encrypted chat for your organisation
         Comment[fr]=Messagerie chiffrée de bout en bout pour votre organisation
         Exec={Exec()}
         Icon=talkywalky
         Terminal=false
         Categories=Network;InstantMessaging;
         MimeType={LinkType};
         StartupNotify=true
         StartupWMClass=talkywalky

         """;

    // "--": what a web page hands over as a link is never an option.
    private string Exec() => string.Join(' ', [Quoted(program), "open", .. profile is null ? Array.Empty<string>() : ["--profile", Quoted(profile)], "--", "%u"]);

    /// <summary>An argument of an Exec line: quoted for the command, and again as a value of the file.</summary>
    private static string Quoted(string argument)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in argument)
        {
            if (letter is '"' or '`' or '$') quoted.Append(@"\\").Append(letter);
            else if (letter == '\\') quoted.Append(@"\\\\");
            else if (letter == '%') quoted.Append("%%");
            else quoted.Append(letter);
        }

        return quoted.Append('"').ToString();
    }

    // Desktops without these programs find the entry by themselves, some after the next log-in.
    private async Task RunAsync(string name, string[] arguments, CancellationToken cancellation)
    {
        if (Surroundings.Here(variable).OnPath(name) is not { } path) return;
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var folder in (string[])["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"])
        {
            if (variable(folder) is { Length: > 0 } value) start.Environment[folder] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            await FinishAsync(process, cancellation);
        }
        catch (Win32Exception)
        {
            // It cannot be run: as if it were not there.
        }
    }

    private static async Task FinishAsync(Process process, CancellationToken cancellation)
    {
        process.StandardInput.Close();
        try
        {
            await Task.WhenAll(
                process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellation), process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellation),
                process.WaitForExitAsync(cancellation)).WaitAsync(Patience, cancellation);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
