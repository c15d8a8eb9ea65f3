using System.Globalization;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Own;

/// <summary>The names that the person was shown by, on all own devices the same: one entry for each, and one for when they were forgotten.</summary>
internal static class NameHistory
{
    public const string Prefix = "shown/", Cleared = "shown-cleared";

    /// <summary>The oldest go first.</summary>
    private const int MaxKept = 100;

    public static string NameOf(long time) => Prefix + time.ToString("D15", CultureInfo.InvariantCulture);

    /// <param name="name">Empty: the directory's.</param>
    public static void Add(Rows rows, string name, DateTimeOffset time, DeviceId device, bool isDue)
    {
        var at = time.ToUnixTimeMilliseconds();
        if (IsCleared(rows, at)) return;
        rows.States.Put(new StateEntry(NameOf(at), at, device, name), isDue);
        Trim(rows);
    }

    /// <summary>The newest first.</summary>
    public static List<UsedName> Read(Rows rows) =>
        [.. rows.States.StartingWith(Prefix).OrderByDescending(static entry => entry.Time)
            .Select(static entry => new UsedName(entry.Value, DateTimeOffset.FromUnixTimeMilliseconds(entry.Time)))];

    public static void Clear(Rows rows, long time, DeviceId device)
    {
        rows.States.Put(new StateEntry(Cleared, time, device, ""), isDue: true);
        Forget(rows, time);
    }

    /// <summary>What came to be known of another device of the person.</summary>
    public static void Apply(Rows rows, StateEntry entry)
    {
        if (string.Equals(entry.Name, Cleared, StringComparison.Ordinal)) Forget(rows, entry.Time);
        else if (IsCleared(rows, entry.Time)) rows.States.Remove(entry.Name);
        Trim(rows);
    }

    private static bool IsCleared(Rows rows, long time) => rows.States.Find(Cleared) is { } cleared && time <= cleared.Time;

    private static void Forget(Rows rows, long upTo)
    {
        foreach (var entry in rows.States.StartingWith(Prefix).Where(entry => entry.Time <= upTo)) rows.States.Remove(entry.Name);
    }

    private static void Trim(Rows rows)
    {
        var kept = rows.States.StartingWith(Prefix);
        foreach (var entry in kept.Take(kept.Count - MaxKept)) rows.States.Remove(entry.Name);
    }
}
