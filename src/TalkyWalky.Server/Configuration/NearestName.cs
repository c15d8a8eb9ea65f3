namespace TalkyWalky.Server.Configuration;

/// <summary>Finds what a mistyped name was meant to be.</summary>
internal static class NearestName
{
    /// <summary>Longer names are compared by their beginning: the cost is quadratic and the input is not ours.</summary>
    private const int Longest = 128;

    /// <summary>The candidate with the fewest edits from <paramref name="typed"/>, letter case aside; the earlier of two equals.</summary>
    public static string Of(string typed, IEnumerable<string> candidates) => candidates.MinBy(candidate => Distance(typed, candidate))!;

    /// <summary>Levenshtein distance: insertions, deletions and replacements of one character.</summary>
    internal static int Distance(string one, string other)
    {
        var (from, to) = (Fold(one), Fold(other));
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static string Fold(string text) => (text.Length > Longest ? text[..Longest] : text).ToUpperInvariant();
}
