using System.Text;

namespace TalkyWalky.Server.Data;

/// <summary>Small files that only the server's account may read (0600), replaced whole or not at all.</summary>
internal static class OwnerFile
{
    private const int MaxSize = 64 * 1024;

    public static void Write(string file, string text)
    {
        var draft = file + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    /// <summary>Null when there is no such file.</summary>
    public static string? TryRead(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists) return null;
        if (info.Length > MaxSize) throw new ServerException($"{file} is larger than {MaxSize} bytes and cannot be what it should be; restore it from a backup");
        return File.ReadAllText(file);
    }

    /// <summary>The first line of a file that holds a secret, without its line end; null when there is no such file.</summary>
    public static string? TryReadSecret(string file) => TryRead(file)?.Split('\n', 2)[0].TrimEnd('\r');
}
