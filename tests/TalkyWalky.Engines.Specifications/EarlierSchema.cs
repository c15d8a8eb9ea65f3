using TalkyWalky.Engines.Copying;

namespace TalkyWalky.Engines.Specifications;

/// <summary>Makes tables of this program those of an earlier one, in SQL that both engines know.</summary>
public static class EarlierSchema
{
    /// <summary>As before there was a transparency log.</summary>
    public static string WithoutLog { get; } = string.Concat(
        StoreTable.All.Where(static table => table.Name.StartsWith("log_", StringComparison.Ordinal)).Select(static table => $"DROP TABLE {table.Name}; ")) + "DELETE FROM sequence WHERE name = 'log_change';";
}
