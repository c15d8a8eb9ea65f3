namespace TalkyWalky.Server.Data;

/// <summary>DATA: everything the server keeps. Only its own account reads it (0700).</summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private DataFolder(string path) => Path = path;

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "talkywalky.db");

    public string Authority => System.IO.Path.Combine(Path, "ca");

    /// <summary>Key and request of an issuing CA that waits for its certificate.</summary>
    public string AuthorityRequest => System.IO.Path.Combine(Path, "ca.request");

    public string AuditTrail => System.IO.Path.Combine(Path, "audit.log");

    public string Passphrase => System.IO.Path.Combine(Path, "ca.passphrase");

    public string Tls => System.IO.Path.Combine(Path, "tls");

    public string AdminSocket => System.IO.Path.Combine(Path, "admin.sock");

    /// <summary>host:port of the join link as last served, for invitations while the server is stopped.</summary>
    public string Address => System.IO.Path.Combine(Path, "address");

    public string Configuration => System.IO.Path.Combine(Path, "talkywalkyd.json");

    /// <summary>$XDG_DATA_HOME/talkywalkyd, else ~/.local/share/talkywalkyd.</summary>
    public static string DefaultPath =>
        System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "talkywalkyd");

    /// <summary>A server or <c>ca init</c> has made it.</summary>
    public bool HoldsServer => Directory.Exists(Authority);

    /// <summary>The folder, whether or not there is one.</summary>
    public static DataFolder At(string path) => new(System.IO.Path.GetFullPath(path));

    /// <summary>Finds a folder that a server or <c>ca init</c> has made.</summary>
    public static DataFolder Find(string path)
    {
        var folder = At(path);
        if (!folder.HoldsServer)
            throw new ServerException($"{folder.Path} holds no server; give the right --data, or make one with: talkywalkyd ca init --data {folder.Path}");
        return folder;
    }

    /// <summary>Makes the folder, or takes one that is empty or a server's already and closes it to other accounts.</summary>
    public static DataFolder Create(string path)
    {
        var folder = At(path);
        try
        {
            folder.Prepare();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ServerException($"cannot use {folder.Path} for the data: {exception.Message.TrimEnd('.')}; give a folder that this account may write with --data", exception);
        }

        return folder;
    }

    private void Prepare()
    {
        if (!Directory.Exists(Path))
        {
            MakeOwnerOnly(Path);
            return;
        }

        var names = Directory.EnumerateFileSystemEntries(Path).Select(static entry => System.IO.Path.GetFileName(entry)).Take(1000).ToList();
        // Any folder may be named by mistake, the home folder too: its permissions and files are left alone.
        if (names.Count > 0 && names.TrueForAll(name => !IsOurs(name)))
            throw new ServerException($"{Path} holds other files; give the server a folder of its own with --data");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, OwnerOnly);
        // Writing to a folder of another owner or on a read-only disk fails here, before anything is made.
        using var probe = new FileStream(System.IO.Path.Combine(Path, $".probe-{Environment.ProcessId}"), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
    }

    public static void MakeOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }

    private bool IsOurs(string name) =>
        name is "lost+found" or "ca.new"
        || new[] { Database, Database + ".lock", Authority, AuthorityRequest, AuditTrail, Passphrase, Tls, Configuration, Address, AdminSocket }.Any(path => string.Equals(System.IO.Path.GetFileName(path), name, StringComparison.Ordinal));
}
