using System.Text;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.Client.Unlock;

/// <summary>A file whose first line is a passphrase; its owner alone may read it.</summary>
internal static class SecretFile
{
    private const int LongestFile = 4096;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="name">How the sentences call it.</param>
    public static PassphraseAnswer Read(string file, string name, string profile)
    {
        if (!File.Exists(file))
            return Missing($"{name} names {file}, which does not exist; make it with: (umask 077; openssl rand -base64 24 > '{file}')");
        if (ProfilePaths.IsInside(file, profile)) return Missing($"{name} is {file}, inside the profile that it locks; move it elsewhere");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~Owner) != UnixFileMode.None)
            return Missing($"others may read {file}; run: chmod 600 '{file}'");
        if (new FileInfo(file).Length > LongestFile) return Missing($"{file} is larger than {LongestFile} bytes; it should hold one line with the passphrase");
        var passphrase = File.ReadLines(file, Encoding.UTF8).FirstOrDefault() ?? "";
        return passphrase.Length == 0 ? Missing($"the first line of {file} is empty; it should hold the passphrase") : new PassphraseAnswer.Known(passphrase);
    }

    public static async Task WriteNewAsync(string file, string passphrase)
    {
        OwnerOnly.MakeFolder(Path.GetDirectoryName(file)!);
        await using var stream = new FileStream(file, OwnerOnly.File(FileMode.CreateNew, share: FileShare.None));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(passphrase + "\n"), CancellationToken.None);
        stream.Flush(flushToDisk: true);
    }

    private static PassphraseAnswer.Missing Missing(string why) => new(why);
}
