using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Postgres.Connections;

internal static class Columns
{
    /// <summary>For <c>= ANY(...)</c> and <c>unnest</c>; each once.</summary>
    public static byte[][] ToColumn(this IReadOnlyCollection<UserId> users) => [.. users.Distinct().Select(static user => user.ToArray())];

    /// <summary>PostgreSQL keeps neither NUL nor half a surrogate pair: nothing stored equals a text with them.</summary>
    public static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
