using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace TalkyWalky.Client.Store;

/// <summary>Binds SQLite to the operating system's own library, so that the system patches it.</summary>
internal static class NativeSqlite
{
    private static readonly Lazy<bool> Bound = new(Bind);

    public static void Ensure() => _ = Bound.Value;

    private static bool Bind()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // Another part of this process bound the same assembly first, by the same rule: one resolver per assembly is all that .NET allows.
        }

        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!string.Equals(name, "e_sqlite3", StringComparison.Ordinal)) return 0;
        var system = OperatingSystem.IsWindows() ? "winsqlite3" : OperatingSystem.IsMacOS() ? "libsqlite3.dylib" : "libsqlite3.so.0";
        return NativeLibrary.Load(system, assembly, path);
    }
}
