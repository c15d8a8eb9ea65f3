using TalkyWalky.Pki.Status;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

/// <summary>Every case of NIST's suite by name, but for those that the table waives. All CA certificates and CRLs are at hand for every leaf: the right ones must be found, too.</summary>
public sealed class PkitsTests
{
    // Within the life of all certificates of the suite that are meant to be valid.
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private static readonly IReadOnlyList<ReadOnlyMemory<byte>> Authorities =
        [.. Pkits.Certificates.Where(static pair => !pair.Key.EndsWith("EE", StringComparison.Ordinal)).Select(static pair => (ReadOnlyMemory<byte>)pair.Value)];

    private static readonly IReadOnlyList<ReadOnlyMemory<byte>> Crls = [.. Pkits.Crls.Values];

    public static TheoryData<string> Held => [.. Pkits.Cases.Where(static one => one.Waiver.Length == 0).Select(static one => one.Leaf)];

    [Theory]
    [MemberData(nameof(Held))]
    public void Verify_PkitsCase_EndsAsNistSays(string leaf)
    {
        var test = Pkits.Cases.Single(one => string.Equals(one.Leaf, leaf, StringComparison.Ordinal));

        var result = Verify(leaf);

        Assert.True(test.IsValid == result is PathVerification.Verified, result is PathVerification.Refused refused ? $"{refused.Failure}: {refused.Reason}" : "verified");
    }

    [Fact]
    public void Verify_WaivedCases_AreRefusedAlthoughTheyAreValid() => Assert.All(Pkits.Cases.Where(static one => one.Waiver.Length > 0), static one =>
    {
        Assert.True(one.IsValid, one.Leaf);
        Assert.IsType<PathVerification.Refused>(Verify(one.Leaf));
    });

    [Fact]
    public void Verify_DamagedLeaf_NeverVerifies() => Assert.All(Pkits.Cases.Where(static one => one.IsValid && one.Waiver.Length == 0).Index(), static one => Damage.Run(
        seed: one.Index, rounds: 20, Pkits.Certificates[one.Item.Leaf],
        static damaged => Assert.IsType<PathVerification.Refused>(CertificatePaths.Verify(damaged, Authorities, [Pkits.Certificates[Pkits.Root]], PathUse.Any, host: null, Now))));

    [Fact]
    public void Verify_DamagedRoot_NeverThrows() => Assert.All(Pkits.Certificates.Values.Index(), static one => Damage.Run(seed: one.Index, rounds: 50, one.Item, static damaged =>
    {
        CertificateDescription.TryRead(damaged);
        CertificatePaths.Verify(damaged, [], [damaged], PathUse.Server, "www.example.org", Now, []);
        CertificatePaths.Verify(damaged, [], [damaged], PathUse.Authority, host: null, Now, []);
    }));

    [Theory]
    [InlineData("deltaCRLCA1deltaCRL", "deltaCRLCA1Cert")]
    [InlineData("indirectCRLCA1CRL", "indirectCRLCA1Cert")]
    [InlineData("onlySomeReasonsCA1compromiseCRL", "onlySomeReasonsCA1Cert")]
    [InlineData("onlyContainsUserCertsCACRL", "onlyContainsUserCertsCACert")]
    [InlineData("onlyContainsCACertsCACRL", "onlyContainsCACertsCACert")]
    [InlineData("onlyContainsAttributeCertsCACRL", "onlyContainsAttributeCertsCACert")]
    [InlineData("distributionPoint1CACRL", "distributionPoint1CACert")]
    [InlineData("UnknownCRLExtensionCACRL", "UnknownCRLExtensionCACert")]
    [InlineData("UnknownCRLEntryExtensionCACRL", "UnknownCRLEntryExtensionCACert")]
    public void VerifyCrl_NotCompleteOrNotUnderstood_IsUnsupported(string crl, string issuer) =>
        Assert.Equal(StatusFailure.Unsupported, Assert.IsType<CrlVerification.Refused>(RevocationLists.Verify(Pkits.Crls[crl], Pkits.Certificates[issuer], Now, lastNumber: null)).Failure);

    [Fact]
    public void Cases_AreAllLeavesOfTheSuite() => Assert.Equal(
        Pkits.Certificates.Keys.Where(static name => name.EndsWith("EE", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        Pkits.Cases.Select(static one => one.Leaf).Order(StringComparer.Ordinal));

    [Fact]
    public void Page_CountsOfEachSection_AreThoseOfTheCases() => Assert.Equal(
        Pkits.Cases.GroupBy(static one => one.Section, StringComparer.Ordinal)
            .Select(static group => $"{group.Key} {group.Count()} {group.Count(static one => one.Waiver.Length == 0)} {group.Count(static one => one.Waiver.Length > 0)}"),
        Rows("| 4.").Select(static cells => $"{cells[0]} {cells[2]} {cells[3]} {cells[4]}"));

    [Fact]
    public void Page_ReasonsOfWaivers_AreComplete() => Assert.Equal(
        Pkits.Cases.Where(static one => one.Waiver.Length > 0).GroupBy(static one => one.Waiver, StringComparer.Ordinal).Select(static group => $"`{group.Key}` {group.Count()}").Order(StringComparer.Ordinal),
        Rows("| `").Select(static cells => $"{cells[0]} {cells[1]}"));

    private static PathVerification Verify(string leaf) =>
        CertificatePaths.Verify(Pkits.Certificates[leaf], Authorities, [Pkits.Certificates[Pkits.Root]], PathUse.Any, host: null, Now, Crls);

    private static IEnumerable<string[]> Rows(string begin) => File.ReadLines(Path.Combine(Repository.Root, "docs", "pki.md"))
        .Where(line => line.StartsWith(begin, StringComparison.Ordinal)).Select(static line => line.Trim('|', ' ').Split(" | "));
}
