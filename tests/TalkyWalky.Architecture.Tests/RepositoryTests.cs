using System.Text.RegularExpressions;

namespace TalkyWalky.Architecture.Tests;

/// <summary>The repository's manners: links that lead somewhere, lock files without addresses, vectors that exist.</summary>
public sealed partial class RepositoryTests
{
    [Fact]
    public void Links_InDocuments_LeadSomewhere()
    {
        var broken = from file in Source.Files("*.md")
                     from Match link in RelativeLink().Matches(File.ReadAllText(file))
                     let target = Path.Combine(Path.GetDirectoryName(file)!, link.Groups["target"].Value)
                     where !Path.Exists(target)
                     select $"{Path.GetRelativePath(Source.Root, file)} -> {link.Groups["target"].Value}";
        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("SECURITY.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("LICENSE")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/protocol.md")]
    [InlineData("docs/life-of-a-message.md")]
    [InlineData("docs/threat-model.md")]
    [InlineData("docs/cli.md")]
    [InlineData("docs/configuration.md")]
    public void Document_Exists(string name) => Assert.True(new FileInfo(Path.Combine(Source.Root, name)).Length > 200);

    [Theory]
    [InlineData("packages.lock.json")]
    [InlineData("package-lock.json")]
    public void LockFiles_NameNoDownloadAddress(string name)
    {
        var files = Source.Files(name).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotMatch(Address(), File.ReadAllText(file)));
    }

    [Fact]
    public void ThirdPartyVectors_CarryTheirLicence()
    {
        foreach (var folder in new[] { "wycheproof", "merkle" })
            Assert.True(File.Exists(Path.Combine(Source.Root, "vectors", folder, "LICENSE")), $"vectors/{folder} has no LICENSE");
    }

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)(?<target>[^)#\s]+)", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"""resolved"":\s*""http", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Address();
}
