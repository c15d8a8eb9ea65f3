using System.Runtime.InteropServices;
using System.Text;

namespace TalkyWalky.Authority;

/// <summary>
/// The files of a CA. They appear all at once: written and flushed in a folder beside, which is then renamed, so that a crash leaves nothing or everything.
/// </summary>
internal sealed class AuthorityFolder(string path)
{
    public const string RootCertificate = "root.pem", RootKey = "root.key", IssuingCertificate = "issuing.pem", IssuingKey = "issuing.key";

    private const int MaxFileSize = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public bool Exists => Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any();

    public void RequireAbsent()
    {
        if (Exists) throw new AuthorityException($"{_path} is there already; a second CA would cut everyone off. Move the folder away first if that is what you want");
    }

    public void Create(IReadOnlyDictionary<string, string> files)
    {
        RequireAbsent();
        var draft = _path + ".new";
        try
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true); // left by a crash
            MakeFolder(draft);
            foreach (var (name, text) in files) WriteDurably(Path.Combine(draft, name), text);
            FlushFolder(draft);
            if (Directory.Exists(_path)) Directory.Delete(_path); // empty, see above
            Directory.Move(draft, _path);
            FlushFolder(Path.GetDirectoryName(_path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"the CA cannot be written to {_path}: {e.Message}", e);
        }
    }

    public string Read(string name)
    {
        var file = Path.Combine(_path, name);
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxFileSize }) throw new AuthorityException($"{file} is damaged: it is too large; restore it from a backup");
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AuthorityException($"{file} is missing; restore it from a backup, or run `talkywalkyd ca init` for a new CA", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder); // inherits the data folder's rights
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static void WriteDurably(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    // The base library opens no folders, and a rename is on disk only when its folder is.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"{folder} cannot be opened (errno {Marshal.GetLastPInvokeError()})");
        try
        {
            if (Flush(descriptor) != 0) throw new IOException($"{folder} cannot be flushed to disk (errno {Marshal.GetLastPInvokeError()})");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
