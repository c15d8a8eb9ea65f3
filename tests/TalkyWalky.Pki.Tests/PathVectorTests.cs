using System.Globalization;
using System.Text.Json;
using TalkyWalky.Testing;

namespace TalkyWalky.Pki.Tests;

/// <summary>Replays vectors/pki/paths.json, where every case is stored as bytes: for other implementations, and against drifting with our own builder.</summary>
public sealed class PathVectorTests
{
    private static readonly JsonElement File = Load();

    public static TheoryData<string> Names => [.. File.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verify_StoredPath_EndsAsExpected(string name)
    {
        var test = File.GetProperty("cases").EnumerateArray().Single(c => string.Equals(c.GetProperty("name").GetString(), name, StringComparison.Ordinal));
        var use = Enum.Parse<DeviceKeyUse>(test.GetProperty("use").GetString()!);
        var at = DateTimeOffset.Parse(test.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);

        var result = DeviceCertificates.Verify(
            Bytes(test, "leaf"), [Bytes(test, "issuing")], TrustAnchor.FromRoot(Bytes(File, "root")), use, at);

        Assert.Equal(test.GetProperty("expected").GetString(), result is DeviceVerification.Refused refused ? refused.Failure.ToString() : "Verified");
    }

    [Fact]
    public void Vectors_HoldGoodAndBadPaths() => Assert.True(File.GetProperty("cases").GetArrayLength() >= 50);

    private static byte[] Bytes(JsonElement element, string name) => Convert.FromBase64String(element.GetProperty(name).GetString()!);

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(Repository.Vectors("pki", "paths.json")));
        return document.RootElement.Clone();
    }
}
