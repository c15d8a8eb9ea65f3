using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Export;

/// <summary>A file of mode 0600 that appears whole or not at all: it is written beside its place and moved there when it is complete.</summary>
internal sealed class PrivateFile : IAsyncDisposable
{
    private readonly string _path, _draft;
    private readonly bool _replaces;
    private readonly StreamWriter _writer;
    private bool _isKept;

    private PrivateFile(string path, bool replaces)
    {
        _path = path;
        _replaces = replaces;
        _draft = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        _writer = new StreamWriter(_draft, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OwnerOnly.File(FileMode.CreateNew));
    }

    /// <summary>The file, or a sentence that says why there is none.</summary>
    public static (PrivateFile? File, string? Why) Create(string path, bool replaces)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return (null, $"{path} is a folder; name a file");
        if (File.Exists(full) && !replaces) return (null, $"{path} exists already; choose another name, or add --force");
        if (!Directory.Exists(Path.GetDirectoryName(full))) return (null, $"there is no folder {Path.GetDirectoryName(full)}; make it first");
        return (new PrivateFile(full, replaces), null);
    }

    public Task WriteAsync(string text, CancellationToken cancellation) => _writer.WriteAsync(text.AsMemory(), cancellation);

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => await _writer.BaseStream.WriteAsync(bytes, cancellation);

    /// <summary>Puts the file in its place; false when another was put there meanwhile.</summary>
    public async Task<bool> KeepAsync()
    {
        await _writer.DisposeAsync();
        try
        {
            File.Move(_draft, _path, _replaces);
        }
        catch (IOException) when (!_replaces && File.Exists(_path))
        {
            return false;
        }

        _isKept = true;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        if (!_isKept) File.Delete(_draft);
    }
}
