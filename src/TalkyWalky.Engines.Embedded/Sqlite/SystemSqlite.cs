using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace TalkyWalky.Engines.Embedded.Sqlite;

/// <summary>Binds the provider's name <c>e_sqlite3</c> to the operating system's own SQLite, so that the system patches it.</summary>
internal static class SystemSqlite
{
    private const string ProviderName = "e_sqlite3";

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Throws <see cref="EngineException"/> when the system has no SQLite.</summary>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool Load()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // Another part of this process bound the same assembly first, by the same rule: one resolver for an assembly is all that .NET allows.
        }

        try
        {
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return true;
        }
        catch (DllNotFoundException e)
        {
            throw new EngineException("SQLite is not installed on this machine; on Debian or Ubuntu: apt install libsqlite3-0", e);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        string.Equals(name, ProviderName, StringComparison.Ordinal) && NativeLibrary.TryLoad(SystemName, out var library) ? library : 0;

    private static string SystemName =>
        OperatingSystem.IsWindows() ? "winsqlite3" : OperatingSystem.IsMacOS() ? "libsqlite3.dylib" : "libsqlite3.so.0";
}
