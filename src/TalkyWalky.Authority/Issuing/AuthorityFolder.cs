using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki;

namespace TalkyWalky.Authority;

/// <summary>
/// The files of a CA. They appear all at once: written and flushed in a folder beside, which is then renamed, so that a crash leaves nothing or everything.
/// </summary>
internal sealed class AuthorityFolder(string path)
{
    public const string RootCertificate = "root.pem", RootKey = "root.key", RootCrl = "root.crl", Request = "issuing.csr", LogKey = "log.key", LogPublicKey = "log.pub", LogHead = "log.head";

    /// <summary>The statements by which the log's key was replaced, and one that is not finished, with the next key.</summary>
    public const string LogKeys = "log.keys", LogChange = "log.change";

    private const int MaxFileSize = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public bool Exists => Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any();

    public static string IssuingCertificate(int number) => Name(number, "pem");

    public static string IssuingKey(int number) => Name(number, "key");

    /// <summary>The files of a new log key.</summary>
    public static IEnumerable<KeyValuePair<string, byte[]>> FilesOfLogKey(string passphrase)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return
        [
            new(LogKey, Encoding.ASCII.GetBytes(EncryptedKey.Export(key, passphrase))),
            new(LogPublicKey, Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", key.ExportSubjectPublicKeyInfo()) + "\n")),
        ];
    }

    /// <summary>Every issuing CA that has a certificate here, the newest first; the first one in any case, for who looks for it and finds it missing.</summary>
    public IReadOnlyList<int> Numbers() => Directory.Exists(_path) && Directory.EnumerateFiles(_path, "issuing*.pem").Any()
        ? [.. Directory.EnumerateFiles(_path, "issuing*.pem").Select(static file => NumberOf(Path.GetFileName(file))).OfType<int>().OrderDescending()]
        : [1];

    /// <summary>Those that sign, the newest first: one that was retired has a certificate here, but its key by another name.</summary>
    public IReadOnlyList<int> LiveNumbers()
    {
        var all = Numbers();
        return [.. all.Where(number => number == all[0] || File.Exists(PathOf(IssuingKey(number))))];
    }

    /// <summary>From now on the key is used no more; who likes may bring it back, or delete it.</summary>
    public void RetireKey(int number)
    {
        var key = Path.Combine(_path, IssuingKey(number));
        try
        {
            File.Move(key, key + ".retired", overwrite: true);
            DurableFolder.Flush(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{key} cannot be renamed: {e.Message}", e);
        }
    }

    public void Remove()
    {
        if (Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

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

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>DER of the first certificate in a file.</summary>
    public byte[] ReadCertificate(string name) =>
        ReadPem(name, "CERTIFICATE") ?? throw new AuthorityException($"{PathOf(name)} is damaged: it holds no certificate; restore it from a backup");

    /// <summary>The root and the log's key: what devices trust. Needs no passphrase.</summary>
    public TrustAnchor ReadAnchor()
    {
        var root = ReadCertificate(RootCertificate);
        if (!File.Exists(PathOf(LogKey)) && !File.Exists(PathOf(LogPublicKey)))
        {
            throw new AuthorityException(
                $"{_path} was made before there was a transparency log, whose key every device must know from the join link; this version cannot go on with it. Keep the data folder away and start with an empty one: everybody joins the new authority by its link");
        }

        var log = ReadPem(LogPublicKey, "PUBLIC KEY") is { } info ? Pki.Log.LogKey.TryRead(info) : null;
        return TrustAnchor.FromRoot(root, log ?? throw new AuthorityException($"{PathOf(LogPublicKey)} is damaged: it holds no public key on P-256; restore it from a backup"));
    }

    /// <summary>The keys of the log, the trust anchor's first. Needs no passphrase.</summary>
    public Pki.Log.LogKeys ReadLogKeys(Pki.Log.LogKey first) => Pki.Log.LogKeys.TryRead(first, TryReadBytes(LogKeys) ?? [])
        ?? throw new AuthorityException($"{PathOf(LogKeys)} is damaged: its statements do not follow one another; restore it from a backup");

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

    public void Delete(string name)
    {
        var file = Path.Combine(_path, name);
        try
        {
            File.Delete(file);
            DurableFolder.Flush(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{file} cannot be deleted: {e.Message}", e);
        }
    }

    // Null when the first block is another one.
    private byte[]? ReadPem(string name, string label)
    {
        var text = Read(name);
        try
        {
            var field = PemEncoding.Find(text);
            return text.AsSpan(field.Label).SequenceEqual(label) ? Convert.FromBase64String(text[field.Base64Data]) : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new AuthorityException($"{PathOf(name)} is damaged: it holds no PEM; restore it from a backup", e);
        }
    }

    private static string Name(int number, string end) => number == 1 ? $"issuing.{end}" : string.Create(CultureInfo.InvariantCulture, $"issuing-{number}.{end}");

    private static int? NumberOf(string file) => string.Equals(file, Name(1, "pem"), StringComparison.Ordinal) ? 1
        : file["issuing".Length..^".pem".Length] is ['-', .. var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 1 && string.Equals(file, Name(number, "pem"), StringComparison.Ordinal) ? number
        : null;

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
