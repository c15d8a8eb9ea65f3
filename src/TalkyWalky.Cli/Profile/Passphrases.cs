using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client.Agent;

namespace TalkyWalky.Cli.Profile;

/// <summary>
/// What unlocks a profile at rest: TALKYWALKY_PASSPHRASE_FILE, else the key file that was made with the profile, else a question on the terminal (docs/cli.md).
/// </summary>
internal sealed class Passphrases(string profile, CliHost host, Reply reply)
{
    public const string FileVariable = "TALKYWALKY_PASSPHRASE_FILE";
    private const int LongestFile = 4096;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    private readonly Secrets _secrets = new(host.Terminal);

    public async Task<PassphraseAnswer> ToUnlockAsync(CancellationToken cancellation)
    {
        if (Kept() is { } kept) return kept;
        if (host.Terminal.CanAsk) return new PassphraseAnswer.Known(await _secrets.AskAsync("Passphrase of this profile: ", cancellation));
        return new PassphraseAnswer.Missing(
            $"the profile {profile} is locked and has no key file; name a file with its passphrase in {FileVariable}, or run this in a terminal");
    }

    public async Task<PassphraseAnswer> ToCreateAsync(CancellationToken cancellation)
    {
        if (Kept() is { } kept) return kept;
        if (host.Terminal.CanAsk)
        {
            var chosen = await _secrets.AskTwiceAsync("Passphrase for this computer; Enter keeps a key file instead: ", cancellation);
            if (chosen is null) return new PassphraseAnswer.Missing("the two passphrases differ; try again");
            if (chosen.Length > 0) return new PassphraseAnswer.Known(chosen);
        }

        return await MakeKeyFileAsync();
    }

    private PassphraseAnswer? Kept()
    {
        if (host.Variable(FileVariable) is { Length: > 0 } named) return Read(named, FileVariable);
        var keyFile = ProfilePaths.KeyFile(profile, host.Variable);
        return File.Exists(keyFile) ? Read(keyFile, "the key file") : null;
    }

    private PassphraseAnswer Read(string file, string name)
    {
        if (!File.Exists(file))
            return Missing($"{name} names {file}, which does not exist; make it with: (umask 077; openssl rand -base64 24 > '{file}')");
        if (ProfilePaths.IsInside(file, profile)) return Missing($"{name} is {file}, inside the profile that it locks; move it elsewhere");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~OwnerFolder) != UnixFileMode.None)
            return Missing($"others may read {file}; run: chmod 600 '{file}'");
        if (new FileInfo(file).Length > LongestFile) return Missing($"{file} is larger than {LongestFile} bytes; it should hold one line with the passphrase");
        var passphrase = File.ReadLines(file, Encoding.UTF8).FirstOrDefault() ?? "";
        return passphrase.Length == 0 ? Missing($"the first line of {file} is empty; it should hold the passphrase") : new PassphraseAnswer.Known(passphrase);
    }

    private async Task<PassphraseAnswer> MakeKeyFileAsync()
    {
        var file = ProfilePaths.KeyFile(profile, host.Variable);
        if (ProfilePaths.IsInside(file, profile)) return Missing($"the key file would lie inside the profile; choose another --profile, or set {FileVariable}");
        var folder = Path.GetDirectoryName(file)!;
        var passphrase = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerFolder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerFile;
        await using (var stream = new FileStream(file, options))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(passphrase + "\n"), CancellationToken.None);
            stream.Flush(flushToDisk: true);
        }

        await reply.NoteAsync($"A key file now unlocks this profile: {file} (keep it out of backups of the profile).");
        return new PassphraseAnswer.Known(passphrase);
    }

    private static PassphraseAnswer.Missing Missing(string why) => new(why);
}
