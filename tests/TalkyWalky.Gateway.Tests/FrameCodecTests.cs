using System.Text.Json;
using Google.Protobuf;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Tests;

public sealed class FrameCodecTests
{
    public static TheoryData<string, string> BadFrames => Vectors("bad-client-frames.json", static _ => true);

    public static TheoryData<string, string> GoodFrames =>
        Vectors("frames.json", static vector => vector.GetProperty("type").ValueEquals(nameof(ClientFrame)));

    [Theory]
    [MemberData(nameof(BadFrames))]
    public void TryRead_BadFrame_IsNull(string name, string hex)
    {
        Assert.NotEmpty(name);
        Assert.Null(FrameCodec.TryRead(Convert.FromHexString(hex)));
    }

    [Theory]
    [MemberData(nameof(GoodFrames))]
    public void TryRead_GoodFrame_IsRead(string name, string hex)
    {
        Assert.NotEmpty(name);
        Assert.NotNull(FrameCodec.TryRead(Convert.FromHexString(hex)));
    }

    [Theory]
    [MemberData(nameof(GoodFrames))]
    public void TryRead_EveryCutOff_IsNullAndDoesNotThrow(string name, string hex)
    {
        Assert.NotEmpty(name);
        var bytes = Convert.FromHexString(hex);
        for (var length = 0; length < bytes.Length; length++) Assert.Null(FrameCodec.TryRead(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void TryRead_AnyBytes_DoesNotThrow()
    {
        var random = new Random(20260301);
        var bytes = new byte[64];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(((i % 14) + 1 << 3) | 2);
            bytes[1] = (byte)(i % bytes.Length);
            FrameCodec.TryRead(bytes.AsSpan(0, (i % bytes.Length) + 1));
            FrameCodec.TryRead(bytes.AsSpan(0, Math.Min(bytes.Length, 2 + (i % bytes.Length))));
        }
    }

    [Fact]
    public void TryRead_PublishToAsManyAsAllowed_FitsAFrame()
    {
        var publish = new Publish { Request = 1, Envelope = new Envelope { Kind = EnvelopeKind.Message, Epoch = 1, Payload = ByteString.CopyFrom(new byte[944 * 1024]) } };
        for (var i = 0; i < Limits.Recipients; i++) publish.Recipients.Add(new Recipient { Device = ByteString.CopyFrom(DeviceId.New().ToArray()) });
        var frame = new ClientFrame { Publish = publish }.ToByteArray();
        Assert.InRange(frame.Length, 1, Limits.Frame);
        Assert.Equal(Limits.Recipients, FrameCodec.TryRead(frame)!.Publish.Recipients.Count);
    }

    private static TheoryData<string, string> Vectors(string file, Func<JsonElement, bool> choose)
    {
        var data = new TheoryData<string, string>();
        foreach (var vector in JsonDocument.Parse(File.ReadAllText(Repository.Vectors("wire", file))).RootElement.EnumerateArray())
        {
            if (choose(vector)) data.Add(vector.GetProperty("name").GetString()!, vector.GetProperty("hex").GetString()!);
        }

        return data;
    }
}
