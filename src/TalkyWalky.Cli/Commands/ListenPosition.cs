using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TalkyWalky.Cli.Commands;

/// <summary>
/// PROFILE/listen.position: the sequence of the last message that <c>listen</c> printed, 20 digits. Held open without sharing, so only one listener prints.
/// It is written right after a line reached the standard output, so only a kill between the two prints a message again.
/// </summary>
internal sealed class ListenPosition : IDisposable
{
    public const string FileName = "listen.position";
    private const int Digits = 20;

    private readonly SafeFileHandle _file;

    private ListenPosition(SafeFileHandle file, long value)
    {
        _file = file;
        Value = value;
    }

    public long Value { get; private set; }

    /// <summary>Null when another listener holds it.</summary>
    public static async Task<ListenPosition?> OpenAsync(string profile, TimeProvider time, CancellationToken cancellation)
    {
        var path = Path.Combine(profile, FileName);
        for (var tries = 0; ; tries++)
        {
            try
            {
                var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                return new ListenPosition(file, Read(file));
            }
            catch (IOException) when (File.Exists(path))
            {
                // The one before may just be ending.
                if (tries == 10) return null;
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
            }
        }
    }

    public void MoveTo(long sequence)
    {
        RandomAccess.Write(_file, Encoding.ASCII.GetBytes(sequence.ToString($"D{Digits}", CultureInfo.InvariantCulture)), 0);
        Value = sequence;
    }

    public void Dispose() => _file.Dispose();

    private static long Read(SafeFileHandle file)
    {
        var digits = new byte[Digits];
        var length = RandomAccess.Read(file, digits, 0);
        return length == Digits && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}
