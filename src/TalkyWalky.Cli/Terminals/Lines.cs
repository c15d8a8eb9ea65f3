using System.Runtime.CompilerServices;
using System.Text;

namespace TalkyWalky.Cli.Terminals;

/// <summary>Lines of UTF-8 from a pipe or file, bounded.</summary>
internal static class Lines
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>A line longer than <paramref name="limit"/> bytes ends the input with an <see cref="InvalidDataException"/>.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(ByteSource source, int limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var line = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await source(buffer, cancellation)) > 0)
        {
            var start = 0;
            for (var newline = NewLine(buffer, start, read); newline >= 0; newline = NewLine(buffer, start, read))
            {
                Append(line, buffer.AsSpan(start, newline - start), limit);
                yield return Finish(line);
                start = newline + 1;
            }

            Append(line, buffer.AsSpan(start, read - start), limit);
        }

        if (line.Length > 0) yield return Finish(line);
    }

    /// <summary>Everything up to the end; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]?> ReadAllAsync(ByteSource source, int limit, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await source(buffer, cancellation)) > 0)
        {
            if (all.Length + read > limit) return null;
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    private static int NewLine(byte[] buffer, int start, int end)
    {
        var found = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
        return found < 0 ? -1 : start + found;
    }

    private static void Append(MemoryStream line, ReadOnlySpan<byte> bytes, int limit)
    {
        if (line.Length + bytes.Length > limit) throw new InvalidDataException($"a line of the input is longer than {limit} bytes");
        line.Write(bytes);
    }

    private static string Finish(MemoryStream line)
    {
        var text = Utf8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
        line.SetLength(0);
        return text;
    }
}
