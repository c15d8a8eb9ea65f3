using System.Text.Json.Nodes;
using Google.Protobuf;
using TalkyWalky.Testing;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Wire.Tests;

/// <summary>The frames' one serialisation, against an encoder that is not ours (vectors/wire).</summary>
public sealed class FrameVectorTests
{
    private static readonly JsonArray Frames = JsonNode.Parse(File.ReadAllText(Repository.Vectors("wire", "frames.json")))!.AsArray();

    public static TheoryData<string> Names => [.. Frames.Select(static frame => (string)frame!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Frame_Decoded_SaysWhatTheVectorSays(string name)
    {
        var vector = Find(name);
        var frame = ParserOf(vector).ParseFrom(BytesOf(vector));
        Assert.True(JsonNode.DeepEquals(vector["json"], JsonNode.Parse(JsonFormatter.Default.Format(frame))), JsonFormatter.Default.Format(frame));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Frame_Encoded_IsTheVectorsBytes(string name)
    {
        var vector = Find(name);
        var frame = ParserOf(vector).ParseJson(vector["json"]!.ToJsonString());
        Assert.Equal((string)vector["hex"]!, Convert.ToHexStringLower(frame.ToByteArray()));
    }

    [Fact]
    public void Vectors_CoverEveryBody()
    {
        var bodies = ClientFrame.Descriptor.Oneofs[0].Fields.Concat(ServerFrame.Descriptor.Oneofs[0].Fields).Select(static field => field.JsonName);
        var covered = Frames.Select(static frame => frame!["json"]!.AsObject().First().Key).ToHashSet(StringComparer.Ordinal);
        Assert.All(bodies, body => Assert.Contains(body, covered));
    }

    private static JsonNode Find(string name) => Frames.Single(frame => string.Equals((string)frame!["name"]!, name, StringComparison.Ordinal))!;

    private static byte[] BytesOf(JsonNode vector) => Convert.FromHexString((string)vector["hex"]!);

    private static MessageParser ParserOf(JsonNode vector) => (string)vector["type"]! switch
    {
        nameof(ClientFrame) => ClientFrame.Parser,
        nameof(ServerFrame) => ServerFrame.Parser,
        var other => throw new InvalidOperationException($"the vectors know no {other}"),
    };
}
