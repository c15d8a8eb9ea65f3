using System.Text;
using System.Text.Json;

namespace TalkyWalky.Pki.Tests;

/// <summary>Other texts of one JSON object: members in another order, missing, twice, beside an unknown one, with white space.</summary>
internal static class BentJson
{
    public static IEnumerable<byte[]> Of(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        string[] members = [.. document.RootElement.EnumerateObject().Select(static member => $"\"{member.Name}\":{member.Value.GetRawText()}")];
        Assert.Equal(json, Join(members));
        for (var i = 0; i < members.Length; i++)
        {
            yield return Join([.. members[..i], .. members[(i + 1)..]]);
            yield return Join([.. members[..i], members[i], .. members[i..]]);
            yield return Join([.. members[..i], "\"x\":1", .. members[i..]]);
            yield return Join([.. members[..i], " " + members[i], .. members[(i + 1)..]]);
            yield return Join([.. members[..i], members[i] + " ", .. members[(i + 1)..]]);
            yield return Join([.. members[..i], members[i].Replace("\":", "\": ", StringComparison.Ordinal), .. members[(i + 1)..]]);
            yield return Join([.. members[..i], "\"x\\u0031\":1", .. members[(i + 1)..]]);
            if (i > 0) yield return Join([.. members[..(i - 1)], members[i], members[i - 1], .. members[(i + 1)..]]);
        }

        yield return [.. json, (byte)' '];
        yield return [.. json, (byte)'\n'];
        yield return [.. json, .. json];
        yield return [.. "\uFEFF"u8, .. json];
        yield return [];
        yield return "null"u8.ToArray();
        yield return "{}"u8.ToArray();
    }

    private static byte[] Join(IReadOnlyList<string> members) => Encoding.UTF8.GetBytes($"{{{string.Join(',', members)}}}");
}
