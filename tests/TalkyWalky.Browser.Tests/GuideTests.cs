using System.Text.RegularExpressions;
using TalkyWalky.Browser.Tests.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Browser.Tests;

/// <summary>docs/guide/app.md and docs/features.md say what is so: names of things on the screen, pictures, tests.</summary>
public sealed partial class GuideTests
{
    private static readonly string Docs = Path.Combine(Repository.Root, "docs");

    [Fact]
    public void AppGuide_BoldWords_AreWordsOfTheApp()
    {
        var guide = File.ReadAllText(Path.Combine(Docs, "guide", "app.md"));
        var bold = Bold().Matches(Code().Replace(guide, "")).Select(static match => match.Groups["words"].Value).Distinct().ToList();
        Assert.True(bold.Count > 20, "the guide names nothing of the app");
        var texts = Words.English.All.Values.Select(static text => text.TrimEnd('.', '…')).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(bold, words => !texts.Contains(words.TrimEnd('.', '…')));
    }

    [Fact]
    public void FeatureTable_EveryRow_IsShownByTestsThatExist()
    {
        var rows = File.ReadAllLines(Path.Combine(Docs, "features.md")).Where(static line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| feature", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 15, "the table has no rows");
        var tests = (from type in typeof(GuideTests).Assembly.GetTypes()
                     from method in type.GetMethods()
                     where method.IsDefined(typeof(FactAttribute), inherit: true)
                     select $"{type.Name}.{method.Name}").ToHashSet(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var named = TestName().Matches(row).Select(static match => match.Groups["test"].Value).ToList();
            Assert.True(named.Count > 0, $"no test is named in: {row}");
            Assert.Empty(named.Except(tests, StringComparer.Ordinal));
        }
    }

    [GeneratedRegex(@"\*\*(?<words>[^*]+)\*\*", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Bold();

    [GeneratedRegex("`[^`\n]+`", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Code();

    [GeneratedRegex("`(?<test>[A-Z][A-Za-z]+Tests\\.[A-Za-z_0-9]+)`", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex TestName();
}
