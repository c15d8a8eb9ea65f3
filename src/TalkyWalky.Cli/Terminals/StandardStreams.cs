using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TalkyWalky.Cli.Terminals;

/// <summary>The process's own streams.</summary>
internal static class StandardStreams
{
    private const int PollMilliseconds = 100;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static Terminal Open() => new(
        Reader(OpenInput()), Writer(OpenOutput()), Writer(Console.OpenStandardError()), !Console.IsInputRedirected, !Console.IsOutputRedirected, !Console.IsErrorRedirected,
        TimeZoneInfo.Local);

    /// <summary>
    /// The console's own stream ignores a broken pipe, so a listener would go on and mark messages as printed that nobody read; a file stream reports it. A file
    /// stream writes seekable files at its own offset, which another process that shares the file would not see: those keep the console's.
    /// </summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Standard output lives as long as the process.")]
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return Console.OpenStandardOutput();
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }

    private static StreamWriter Writer(Stream stream) => new(stream, Utf8, bufferSize: 4096) { AutoFlush = true };

    /// <summary>The console's own stream reads and echoes whole lines from a terminal; the client needs keys.</summary>
    private static Stream OpenInput() =>
        OperatingSystem.IsWindows() ? Console.OpenStandardInput() : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>A blocking read cannot be cancelled, so it starts only once there is something to read.</summary>
    private static ByteSource Reader(Stream input) => async (buffer, cancellation) => await Task.Run(
        () =>
        {
            while (!OperatingSystem.IsWindows() && !LibC.CanRead(PollMilliseconds)) cancellation.ThrowIfCancellationRequested();
            return input.Read(buffer.Span);
        },
        cancellation);
}
