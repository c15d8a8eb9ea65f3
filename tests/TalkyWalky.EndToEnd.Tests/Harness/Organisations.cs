using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>A server with ten people, with twenty for the full counts.</summary>
public sealed class Company : Organisation
{
    public static IReadOnlyList<string> Everyone { get; } = ["ada", "bob", .. Enumerable.Range(3, Effort.Count(usual: 8, full: 18)).Select(static n => $"m{n:00}")];

    protected override IReadOnlyList<string> Names => Everyone;
}

/// <summary>A server with three people and one who is up to no good.</summary>
public sealed class Quartet : Organisation
{
    protected override IReadOnlyList<string> Names => ["ada", "bob", "cyd", "mal"];
}

/// <summary>Tests on copies of one organisation, which share its port.</summary>
[CollectionDefinition(Name)]
public sealed class OneAfterTheOther : ICollectionFixture<Company>
{
    public const string Name = "real programs";
}
