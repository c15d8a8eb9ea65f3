using System.Text.Json;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>The file of the audit trail, open for writing at its end.</summary>
internal sealed class AuditFile : IDisposable
{
    /// <summary>Bytes of one line.</summary>
    public const int MaxLine = 4096;

    /// <summary>Bytes of a line that was cut short: what is written at once may be, and a crash may leave zeros in its place.</summary>
    public const int MaxTail = 1024 * 1024;

    private readonly FileStream _stream;
    private Digest _last;

    private AuditFile(FileStream stream) => _stream = stream;

    /// <summary>Makes the file, or goes on after its last line. One that was cut short stays as it is and is followed by an entry that says so.</summary>
    public static AuditFile Open(string path, DateTimeOffset now)
    {
        var isNew = !File.Exists(path);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new AuditFile(new FileStream(path, options));
        try
        {
            if (isNew) DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file.GoToEnd(path, now);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>On disk when it returns.</summary>
    public void Append(IEnumerable<AuditEntry> entries)
    {
        using var lines = new MemoryStream();
        foreach (var entry in entries)
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(entry with { Before = _last.ToString() }, AuditJson.Default.AuditEntry);
            if (line.Length > MaxLine) throw new InvalidOperationException($"an entry of the audit trail has at most {MaxLine} bytes");
            lines.Write(line);
            lines.WriteByte((byte)'\n');
            _last = Digest.Sha256(line);
        }

        _stream.Write(lines.GetBuffer(), 0, (int)lines.Length);
        _stream.Flush(flushToDisk: true);
    }

    public void Dispose() => _stream.Dispose();

    private void GoToEnd(string path, DateTimeOffset now)
    {
        var tail = new byte[Math.Min(_stream.Length, MaxTail)];
        _stream.Position = _stream.Length - tail.Length;
        _stream.ReadExactly(tail);
        if (tail.Length == 0) return;
        var isTorn = tail[^1] != '\n';
        var text = tail.AsSpan(0, isTorn ? tail.Length : tail.Length - 1);
        var start = text.LastIndexOf((byte)'\n') + 1;
        if (start == 0 && _stream.Length > tail.Length) throw new AuthorityException($"{path} is no audit trail: it has a line of more than {MaxTail} bytes; move it away or restore it from a backup");
        _last = Digest.Sha256(text[start..]);
        if (!isTorn) return;
        _stream.WriteByte((byte)'\n');
        Append([new AuditEntry { Time = now, Act = AuditAct.Torn, By = Actor.Authority.ToString(), Reason = "the line before was cut short" }]);
    }
}
