using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TalkyWalky.Cli.Commands;

/// <summary>
/// How far a reader has come: the sequence of the last message it printed, 20 digits in a file of the profile. It is written right after a line reached the
/// output, so only a kill between the two prints a message again.
/// </summary>
internal sealed class ReadPosition : IDisposable
{
    /// <summary>Of <c>listen</c>. Held alone: two listeners would print each message twice.</summary>
    public const string ListenFile = "listen.position";

    /// <summary>Of <c>chat</c>. Shared: several windows show the same.</summary>
    public const string ChatFile = "chat.position";

    private const int Digits = 20;

    private readonly SafeFileHandle _file;

    private ReadPosition(SafeFileHandle file, long value)
    {
        _file = file;
        Value = value;
    }

    public long Value { get; private set; }

    /// <summary>Null when another listener holds it.</summary>
    public static async Task<ReadPosition?> OpenAloneAsync(string profile, TimeProvider time, CancellationToken cancellation)
    {
        var path = Path.Combine(profile, ListenFile);
        for (var tries = 0; ; tries++)
        {
            try
            {
                return Open(path, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // The one before may just be ending.
                if (tries == 10) return null;
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
            }
        }
    }

    public static ReadPosition OpenShared(string profile) => Open(Path.Combine(profile, ChatFile), FileShare.ReadWrite);

    public void MoveTo(long sequence)
    {
        RandomAccess.Write(_file, Encoding.ASCII.GetBytes(sequence.ToString($"D{Digits}", CultureInfo.InvariantCulture)), 0);
        Value = sequence;
    }

    public void Dispose() => _file.Dispose();

    private static ReadPosition Open(string path, FileShare share)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ReadPosition(file, Read(file));
    }

    private static long Read(SafeFileHandle file)
    {
        var digits = new byte[Digits];
        var length = RandomAccess.Read(file, digits, 0);
        return length == Digits && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}
