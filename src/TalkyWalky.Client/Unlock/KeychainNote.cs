namespace TalkyWalky.Client.Unlock;

/// <summary>
/// PROFILE/keychain: under which name the system's keychain holds the profile's secret. Nothing secret; it moves with the profile, and profiles without it never
/// make the keychain ask.
/// </summary>
internal static class KeychainNote
{
    private const string FileName = "keychain";
    private const int Digits = 32;

    public static string? Read(string profile)
    {
        var file = new FileInfo(Path.Combine(profile, FileName));
        if (!file.Exists || file.Length != Digits + 1) return null;
        var id = File.ReadAllText(file.FullName).TrimEnd('\n');
        return id.Length == Digits && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }

    public static void Write(string profile, string id)
    {
        OwnerOnly.MakeFolder(profile);
        using var stream = new FileStream(Path.Combine(profile, FileName), OwnerOnly.File(FileMode.Create));
        stream.Write(System.Text.Encoding.ASCII.GetBytes(id + "\n"));
        stream.Flush(flushToDisk: true);
    }
}
