
namespace TalkyWalky.Authority;

/// <summary>
/// The files of a CA. They appear all at once: written and flushed in a folder beside, which is then renamed, so that a crash leaves nothing or everything.
/// </summary>
internal sealed class AuthorityFolder(string path)
{
    public const string RootCertificate = "root.pem", RootKey = "root.key", RootCrl = "root.crl", IssuingCertificate = "issuing.pem", IssuingKey = "issuing.key", Request = "issuing.csr";

    private const int MaxFileSize = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public bool Exists => Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any();

    public void RequireAbsent()
    {
        if (Exists) throw new AuthorityException($"{_path} is there already; a second CA would cut everyone off. Move the folder away first if that is what you want");
    }

    public void Create(IReadOnlyDictionary<string, byte[]> files)
    {
        RequireAbsent();
        var draft = _path + ".new";
        try
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true); // left by a crash
            MakeFolder(draft);
            foreach (var (name, content) in files) WriteDurably(Path.Combine(draft, name), content);
            DurableFolder.Flush(draft);
            if (Directory.Exists(_path)) Directory.Delete(_path); // empty, see above
            Directory.Move(draft, _path);
            DurableFolder.Flush(Path.GetDirectoryName(_path)!);
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

    /// <summary>Null when it is not there, or cannot be what it should be.</summary>
    public byte[]? TryReadBytes(string name)
    {
        var file = Path.Combine(_path, name);
        return new FileInfo(file) is { Exists: true, Length: <= MaxFileSize } ? File.ReadAllBytes(file) : null;
    }

    /// <summary>The whole file or, when the machine stops, the old one.</summary>
    public void Replace(string name, byte[] content)
    {
        var (file, draft) = (Path.Combine(_path, name), Path.Combine(_path, name + ".new"));
        try
        {
            File.Delete(draft); // left by a crash
            WriteDurably(draft, content);
            File.Move(draft, file, overwrite: true);
            DurableFolder.Flush(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{file} cannot be written: {e.Message}", e);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder); // inherits the data folder's rights
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static void WriteDurably(string file, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var stream = new FileStream(file, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }
}
