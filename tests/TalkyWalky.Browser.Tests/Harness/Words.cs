using System.Text.RegularExpressions;
using TalkyWalky.Testing;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>The page's own catalogue of texts in one language: what a person sees and a screen reader says is found by it.</summary>
internal sealed partial class Words
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private Words(string language)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "src", "TalkyWalky.App", "ui", "src", "text", language), "*.ts"))
        {
            foreach (Match entry in Entry().Matches(File.ReadAllText(file)))
            {
                var key = entry.Groups["key"].Value;
                if (entry.Groups["text"].Success) _texts[key] = Plain(entry.Groups["text"].Value);
                else (_texts[key + "/one"], _texts[key + "/other"]) = (Plain(entry.Groups["one"].Value), Plain(entry.Groups["other"].Value));
            }
        }

        Assert.True(_texts.Count > 20, $"the catalogue of {language} was not read");
    }

    public static Words English { get; } = new("en");

    public static Words French { get; } = new("fr");

    public IReadOnlyDictionary<string, string> All => _texts;

    public string this[string key] => _texts.TryGetValue(key, out var text) ? text : throw new ArgumentException($"the catalogue has no {key}", nameof(key));

    /// <summary>The entry with its parameters in their places.</summary>
    public string With(string key, params (string Name, string Value)[] parameters) =>
        parameters.Aggregate(this[key], static (text, parameter) => text.Replace($"{{{parameter.Name}}}", parameter.Value, StringComparison.Ordinal));

    /// <summary>The entry with anything in the places of its parameters.</summary>
    public Regex Like(string key) => Pattern.Of($"^{Parameter().Replace(Regex.Escape(this[key]).Replace("}", @"\}", StringComparison.Ordinal), ".*").Replace(@"\ ", " ", StringComparison.Ordinal)}$");

    private static string Plain(string literal) => literal[1..^1].Replace(@"\'", "'", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);

    [GeneratedRegex("""
        ^\s*'(?<key>[\w.]+)'\s*:\s*(?:(?<text>'(?:[^'\\]|\\.)*'|"[^"]*"|`[^`]*`)|\{\s*one:\s*(?<one>'(?:[^'\\]|\\.)*'|"[^"]*"),\s*other:\s*(?<other>'(?:[^'\\]|\\.)*'|"[^"]*"))
        """, RegexOptions.Multiline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\\\{\w+\\\}", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Parameter();
}
