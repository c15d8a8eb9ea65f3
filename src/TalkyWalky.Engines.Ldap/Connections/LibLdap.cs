using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>
/// The calls of the system's libldap that System.DirectoryServices.Protocols lacks on Linux: time limits for connecting and TLS, trust in one CA file alone, and a bind
/// that hands over the response's controls. ldap_set_option(3), ldap_sasl_bind(3), ldap_parse_result(3).
/// </summary>
internal static partial class LibLdap
{
    public const int Success = 0;

    private const string Library = "libldap.so.2";
    private const int AllMessages = 1;

    static LibLdap() => NativeLibrary.SetDllImportResolver(typeof(LibLdap).Assembly, Resolve);

    public static void SetText(SafeHandle ld, LibLdapOption option, string value) => Check(ldap_set_option(ld, (int)option, value), option);

    public static void SetNumber(SafeHandle ld, LibLdapOption option, int value) => Check(ldap_set_option(ld, (int)option, value), option);

    public static void SetTime(SafeHandle ld, LibLdapOption option, TimeSpan value) => Check(ldap_set_option(ld, (int)option, TimeValue.Of(value)), option);

    /// <summary>The socket of a connection that was made.</summary>
    public static int SocketOf(SafeHandle ld) =>
        ldap_get_option(ld, (int)LibLdapOption.Descriptor, out int socket) == Success ? socket : throw new EngineException("this system's libldap does not tell its sockets");

    /// <summary>What went wrong last, in the words of libldap, its TLS library or the server; empty when it has none.</summary>
    public static string LastMessage(SafeHandle ld)
    {
        if (ldap_get_option(ld, (int)LibLdapOption.DiagnosticMessage, out nint text) != Success || text == 0) return "";
        var message = Marshal.PtrToStringUTF8(text)!;
        ldap_memfree(text);
        return message;
    }

    /// <summary>Bounded by <see cref="LibLdapOption.NetworkTimeout"/>.</summary>
    public static bool Connect(SafeHandle ld) => ldap_connect(ld) == Success;

    /// <summary>RFC 4511 §4.14, with the wait for its answer bounded, as ldap_start_tls_s does not. The handshake is not part of it.</summary>
    public static bool StartTls(SafeHandle ld, TimeSpan timeout)
    {
        if (ldap_start_tls(ld, 0, 0, out var message) != Success) return false;
        if (ldap_result(ld, message, AllMessages, TimeValue.Of(timeout), out var result) <= 0) return false;
        var parsed = ldap_parse_result(ld, result, out var code, 0, out var text, 0, out var controls, freeIt: 1);
        if (text != 0) ldap_memfree(text);
        if (controls != 0) ldap_controls_free(controls);
        return parsed == Success && code == Success;
    }

    /// <summary>The TLS handshake, without any limit of its own.</summary>
    public static bool InstallTls(SafeHandle ld) => ldap_install_tls(ld) == Success;

    /// <summary>A simple bind (RFC 4513 §5.1.3) with one control. Null when no answer came in time, or the connection broke.</summary>
    public static BindReply? Bind(SafeHandle ld, string dn, byte[] password, string control, TimeSpan timeout)
    {
        var sent = SendBind(ld, dn, password, control, out var message);
        if (sent != Success) return null;
        if (ldap_result(ld, message, AllMessages, TimeValue.Of(timeout), out var result) <= 0) return null;
        var parsed = ldap_parse_result(ld, result, out var code, 0, out var text, 0, out var controls, freeIt: 1);
        try
        {
            return parsed == Success ? new BindReply(code, Marshal.PtrToStringUTF8(text) ?? "", ValueOf(controls, control)) : null;
        }
        finally
        {
            if (text != 0) ldap_memfree(text);
            if (controls != 0) ldap_controls_free(controls);
        }
    }

    private static unsafe int SendBind(SafeHandle ld, string dn, byte[] password, string control, out int message)
    {
        var oid = Marshal.StringToCoTaskMemUTF8(control);
        try
        {
            fixed (byte* octets = password)
            {
                var credentials = new BerValue { Length = (nuint)password.Length, Value = (nint)octets };
                var request = new Control { Oid = oid };
                var list = stackalloc nint[] { (nint)Unsafe.AsPointer(ref request), 0 };
                return ldap_sasl_bind(ld, dn, 0, credentials, (nint)list, 0, out message);
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(oid);
        }
    }

    private static byte[]? ValueOf(nint controls, string oid)
    {
        for (var at = controls; at != 0 && Marshal.ReadIntPtr(at) is not 0 and var pointer; at += nint.Size)
        {
            var control = Marshal.PtrToStructure<Control>(pointer);
            if (!string.Equals(Marshal.PtrToStringUTF8(control.Oid), oid, StringComparison.Ordinal) || control.Value.Value == 0) continue;
            var value = new byte[checked((int)control.Value.Length)];
            Marshal.Copy(control.Value.Value, value, 0, value.Length);
            return value;
        }

        return null;
    }

    private static void Check(int code, LibLdapOption option)
    {
        if (code != Success) throw new EngineException($"this system's libldap does not take the option {option}");
    }

    // The same library that System.DirectoryServices.Protocols loads: one handle is used through both.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!string.Equals(name, Library, StringComparison.Ordinal)) return 0;
        foreach (var file in (ReadOnlySpan<string>)[Library, "libldap-2.6.so.0", "libldap-2.5.so.0", "libldap-2.4.so.2"])
        {
            if (NativeLibrary.TryLoad(file, out var library)) return library;
        }

        return 0;
    }

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_set_option(SafeHandle ld, int option, [MarshalAs(UnmanagedType.LPUTF8Str)] string value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_set_option(SafeHandle ld, int option, in int value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_set_option(SafeHandle ld, int option, in TimeValue value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_get_option(SafeHandle ld, int option, out nint value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_get_option(SafeHandle ld, int option, out int value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_connect(SafeHandle ld);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_start_tls(SafeHandle ld, nint serverControls, nint clientControls, out int message);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_install_tls(SafeHandle ld);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_sasl_bind(
        SafeHandle ld, [MarshalAs(UnmanagedType.LPUTF8Str)] string dn, nint simple, in BerValue credentials, nint serverControls, nint clientControls, out int message);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_result(SafeHandle ld, int message, int all, in TimeValue timeout, out nint result);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ldap_parse_result(
        SafeHandle ld, nint result, out int code, nint matchedDn, out nint message, nint referrals, out nint controls, int freeIt);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ldap_memfree(nint value);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ldap_controls_free(nint value);

    // struct timeval of <sys/time.h>, where its members are longs.
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;

        public static TimeValue Of(TimeSpan time) => new() { Seconds = (nint)(time.Ticks / TimeSpan.TicksPerSecond), Microseconds = (nint)(time.Ticks % TimeSpan.TicksPerSecond / 10) };
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BerValue
    {
        public nuint Length;
        public nint Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Control
    {
        public nint Oid;
        public BerValue Value;
        public byte IsCritical;
    }
}

/// <summary>Numbers of ldap.h.</summary>
internal enum LibLdapOption
{
    Descriptor = 0x01,
    Restart = 0x09,
    DiagnosticMessage = 0x32,
    Timeout = 0x5002,
    NetworkTimeout = 0x5005,
    Uri = 0x5006,
    TlsCaFile = 0x6002,
    TlsCaDirectory = 0x6003,
    TlsRequireCertificate = 0x6006,
    TlsProtocolMinimum = 0x6007,
    TlsNewContext = 0x600F,
}

/// <param name="Code">RFC 4511 resultCode.</param>
/// <param name="Message">The server's diagnosticMessage.</param>
/// <param name="Policy">Value of the password policy control, where the server sent one.</param>
internal sealed record BindReply(int Code, string Message, byte[]? Policy);
