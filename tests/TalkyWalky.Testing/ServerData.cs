namespace TalkyWalky.Testing;

/// <summary>Data folders for servers. Making a certificate authority takes seconds, so it is made once for a test process and copied.</summary>
public static class ServerData
{
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    /// <summary>A folder that holds what <c>talkywalkyd ca init</c> makes. It must not exist yet; its parents are made.</summary>
    public static async Task CopyTemplateAsync(string data)
    {
        var template = await Template.Value;
        CopyFolder(template, data);
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var parent = Directory.CreateTempSubdirectory("talkywalky-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(parent, recursive: true);
        var folder = Path.Combine(parent, "data");
        var made = await ServerProcess.RunAsync(["ca", "init", "--data", folder]);
        return made.ExitCode == 0 ? folder : throw new InvalidOperationException($"talkywalkyd ca init: {made.Error}");
    }

    private static void CopyFolder(string from, string to)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("the tests of the programs run on Linux");
        Directory.CreateDirectory(to, File.GetUnixFileMode(from));
        foreach (var folder in Directory.GetDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file))); // keeps the permissions
    }
}
