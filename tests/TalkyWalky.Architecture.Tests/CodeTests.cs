using System.Text.RegularExpressions;

namespace TalkyWalky.Architecture.Tests;

/// <summary>Rules of style that a compiler does not hold.</summary>
public sealed partial class CodeTests
{
    [Theory]
    [InlineData("Wire")]
    [InlineData("Pki")]
    [InlineData("Ledger")]
    [InlineData("Crypto")]
    public void ProtocolCode_IsPure(string project)
    {
        foreach (var file in Source.Files("*.cs", $"src/TalkyWalky.{project}"))
            Assert.False(Impure().IsMatch(File.ReadAllText(file)), $"{file} uses I/O, a clock, a logger or async; that belongs further out");
    }

    [Theory]
    [InlineData("Server")]
    [InlineData("Cli")]
    public void Hosts_ExportNothing(string project)
    {
        foreach (var file in Source.Files("*.cs", $"src/TalkyWalky.{project}"))
            Assert.False(PublicType().IsMatch(File.ReadAllText(file)), $"{file}: a host's types are internal");
    }

    [Fact]
    public void Files_StayShort()
    {
        var longOnes = Source.Files("*.cs").Where(file => File.ReadLines(file).Count() > 500);
        Assert.Empty(longOnes);
    }

    [Fact]
    public void Classes_AreSealedOrMadeToBeInherited()
    {
        foreach (var file in Source.Files("*.cs", "src"))
            Assert.False(OpenClass().IsMatch(File.ReadAllText(file)), $"{file}: a class is sealed, static or abstract");
    }

    [Fact]
    public void Tests_AssertSomething()
    {
        foreach (var file in Source.Files("*Tests.cs"))
            Assert.DoesNotMatch(Skipped(), File.ReadAllText(file));
    }

    [GeneratedRegex(@"\bTimeProvider\b|\bILogger\b|\bFile\.|\bHttpClient\b|\bSocket\b|\basync\b|\bawait\b|\bDateTime\.(Utc)?Now|\bEnvironment\.", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Impure();

    [GeneratedRegex(@"^public (sealed |static |abstract |partial |readonly )*(class|record|struct|interface|enum)\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^\s*(public |internal |private |protected |file )?(partial )?(class|record) (?!struct)\w+", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex OpenClass();

    [GeneratedRegex(@"Skip\s*=\s*""", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Skipped();
}
