using System.Globalization;
using TalkyWalky.Pki;

namespace TalkyWalky.Cli.Commands;

/// <summary>Files that pki commands read.</summary>
internal static class PkiFiles
{
    /// <summary>What is in all of them, or a sentence about the first that holds nothing of the kind.</summary>
    public static async Task<(List<ReadOnlyMemory<byte>>? Found, string? Why)> ReadAsync(CliHost host, IEnumerable<string> files, string label, CancellationToken cancellation)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        foreach (var file in files)
        {
            var (found, why) = await ReadAsync(host, file, label, cancellation);
            if (found is null) return (null, why);
            all.AddRange(found);
        }

        return (all, null);
    }

    public static async Task<(IReadOnlyList<ReadOnlyMemory<byte>>? Found, string? Why)> ReadAsync(CliHost host, string file, string label, CancellationToken cancellation)
    {
        try
        {
            var bytes = string.Equals(file, "-", StringComparison.Ordinal) ? await BytesAsync(host.Terminal.In.Invoke, cancellation) : await FileAsync(file, cancellation);
            return CertificateFile.TryRead(bytes, label) is { } found
                ? (found, null)
                : (null, string.Create(CultureInfo.InvariantCulture, $"{file} holds no {Kind(label)} in PEM or DER, or more than {CertificatePaths.MaxCandidates} of them or {CertificateFile.MaxSize} bytes"));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, $"there is no file {file}");
        }
    }

    private static string Kind(string label) => string.Equals(label, CertificateFile.Crl, StringComparison.Ordinal) ? "CRL" : "certificate";

    private static async Task<ReadOnlyMemory<byte>> FileAsync(string file, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(file);
        return await BytesAsync(stream.ReadAsync, cancellation);
    }

    // One byte more than is accepted, and never all of what has no end.
    private static async Task<ReadOnlyMemory<byte>> BytesAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken cancellation)
    {
        var buffer = new byte[CertificateFile.MaxSize + 1];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = await read(buffer.AsMemory(length), cancellation);
            if (count == 0) break;
            length += count;
        }

        return buffer.AsMemory(0, length);
    }
}
