using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TalkyWalky.Engines.Ldap.Tests;

/// <summary>All tests run where the system's settings for libldap (ldap.conf(5)) ask for no check of certificates at all.</summary>
internal static partial class CarelessSystem
{
    // Before libldap is loaded, and by libc: .NET's own environment is a copy.
    [ModuleInitializer]
    internal static void Begin() => Assert.Equal(0, setenv("LDAPTLS_REQCERT", "never", overwrite: 1));

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
