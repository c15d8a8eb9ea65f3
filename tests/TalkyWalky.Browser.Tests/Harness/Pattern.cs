using System.Text.RegularExpressions;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>Patterns that Playwright hands on to the browser, which knows none of .NET's own options.</summary>
internal static class Pattern
{
    public static Regex Of(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(2));
}
