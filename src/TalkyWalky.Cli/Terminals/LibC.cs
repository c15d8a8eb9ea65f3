using System.Runtime.InteropServices;

namespace TalkyWalky.Cli.Terminals;

/// <summary>The few calls that the base library does not offer. Sizes and constants are the same on Linux and macOS.</summary>
internal static class LibC
{
    private const int StandardInput = 0;
    private const short PollIn = 0x1;
    private const int SetAfterDrain = 1; // TCSADRAIN
    private const int RoomForTermios = 256; // 60 bytes on Linux, 72 on macOS

    /// <summary>Whether a read of the standard input would return at once: data, the end, or an error.</summary>
    public static bool CanRead(int milliseconds)
    {
        var waiting = new PollFd { Descriptor = StandardInput, Events = PollIn };
        return Poll(ref waiting, 1, milliseconds) > 0;
    }

    /// <summary>The terminal's settings, opaque; null when the standard input is not a terminal.</summary>
    public static byte[]? ReadSettings()
    {
        var settings = new byte[RoomForTermios];
        return TcGetAttr(StandardInput, settings) == 0 ? settings : null;
    }

    public static byte[] Raw(byte[] settings)
    {
        var raw = (byte[])settings.Clone();
        CfMakeRaw(raw);
        return raw;
    }

    public static void Apply(byte[] settings) => _ = TcSetAttr(StandardInput, SetAfterDrain, settings);

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollFd descriptors, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "tcgetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TcGetAttr(int descriptor, byte[] settings);

    [DllImport("libc", EntryPoint = "tcsetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TcSetAttr(int descriptor, int when, byte[] settings);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void CfMakeRaw(byte[] settings);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}

/// <summary>Keys arrive one by one, unechoed, until disposed. Ctrl-C arrives as a key too.</summary>
internal sealed class RawMode : IDisposable
{
    private readonly byte[]? _before;

    private RawMode(byte[]? before) => _before = before;

    /// <summary>Does nothing where the input is no terminal.</summary>
    public static RawMode Enter()
    {
        var before = OperatingSystem.IsWindows() ? null : LibC.ReadSettings();
        if (before is not null) LibC.Apply(LibC.Raw(before));
        return new RawMode(before);
    }

    public void Dispose()
    {
        if (_before is not null) LibC.Apply(_before);
    }
}
