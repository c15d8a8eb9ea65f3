using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

public sealed class FileBodyTests
{
    private static readonly MessageId One = new(1), Two = new(2);
    private static readonly MessageBody.File Sample = new("plän 🙂.pdf", "application/pdf", Limits.FilePart + 1, Digest.Sha256("whole"u8), [One, Two]);

    [Fact]
    public void Open_FileAndPart_GiveWhatWasSealed()
    {
        var (sender, receiver) = Sessions.Start();
        var data = new byte[Limits.FilePart];
        new Random(1).NextBytes(data);
        var part = sender.Seal(One, new MessageBody.Part(data), Sessions.Time);
        var file = part.Next.Seal(Two, Sample, Sessions.Time);
        var opened = Assert.IsType<OpenOutcome.Opened>(receiver.Open(part.Jwe));
        Assert.Equal(data, Assert.IsType<MessageBody.Part>(opened.Body).Data.ToArray());
        var read = Assert.IsType<MessageBody.File>(Assert.IsType<OpenOutcome.Opened>(opened.Next.Open(file.Jwe)).Body);
        Assert.Equal((Sample.Name, Sample.Type, Sample.Size, Sample.Digest), (read.Name, read.Type, read.Size, read.Digest));
        Assert.Equal(Sample.Parts, read.Parts);
        Assert.True(part.Jwe.Length < Limits.Payload / 2);
    }

    [Fact]
    public void Write_File_IsTheTextOfTheProtocol()
    {
        var digest = Encoding.ASCII.GetString(Sample.ToJson()).Split("\"digest\":\"")[1][..43];
        Assert.Equal(
            $"{{\"kind\":\"file\",\"name\":\"plän 🙂.pdf\",\"type\":\"application/pdf\",\"size\":131073,\"digest\":\"{digest}\",\"parts\":[\"{One}\",\"{Two}\"]}}", Encoding.UTF8.GetString(Sample.ToJson()));
        Assert.Equal("{\"kind\":\"part\",\"data\":\"AQI\"}", Written(new MessageBody.Part(new byte[] { 1, 2 })));
    }

    [Fact]
    public void Read_AnotherSpelling_IsNone()
    {
        var good = Encoding.UTF8.GetString(Sample.ToJson());
        Assert.NotNull(Read(good));
        foreach (var (from, to) in new[]
            {
                ("plän 🙂.pdf", "../plan"), ("plän 🙂.pdf", ".."), ("plän 🙂.pdf", ""), ("plän 🙂.pdf", "a\u202eb"), ("plän 🙂.pdf", "x "), ("plän 🙂.pdf", "a\\u0001"), ("plän 🙂.pdf", new string('x', 256)),
                ("application/pdf", "PDF"), ("application/pdf", ""), ("application/pdf", "Application/pdf"), ("application/pdf", "text/plain; charset=utf-8"),
                (":131073,", ":0,"), (":131073,", ":131072,"), (":131073,", ":262145,"), (":131073,", ":8388609,"), (":131073,", ":-1,"),
                ($"\"{Two}\"", $"\"{One}\""), ($",\"{Two}\"", ""), ("]}", "],\"more\":1}"), ("\"name\"", "\"Name\""),
            })
        {
            Assert.Contains(from, good, StringComparison.Ordinal);
            Assert.Null(Read(good.Replace(from, to, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("{\"kind\":\"part\",\"data\":\"\"}")]
    [InlineData("{\"kind\":\"part\",\"data\":\"AQI=\"}")]
    [InlineData("{\"kind\":\"part\",\"data\":\"AQJ\"}")]
    [InlineData("{\"kind\":\"part\",\"data\":\"AQIDA\"}")]
    [InlineData("{\"kind\":\"part\"}")]
    public void Read_PartThatIsNone_IsRefused(string json) => Assert.Null(Read(json));

    [Fact]
    public void Problem_OfPartsAndFiles_SaysWhy()
    {
        Assert.Null(Sample.Problem());
        Assert.Null(new MessageBody.File("empty", MediaType.Unknown, 0, Digest.Sha256([]), []).Problem());
        Assert.NotNull((Sample with { Parts = [One] }).Problem());
        Assert.NotNull((Sample with { Name = "a/b" }).Problem());
        Assert.NotNull((Sample with { Size = Limits.File + 1L }).Problem());
        Assert.NotNull(new MessageBody.Part(default).Problem());
        Assert.NotNull(new MessageBody.Part(new byte[Limits.FilePart + 1]).Problem());
        Assert.Null(Read(Written(new MessageBody.Part(new byte[Limits.FilePart + 1]))));
    }

    private static string Written(MessageBody body)
    {
        using var json = new CanonicalJsonWriter();
        BodyCodec.Write(json, body);
        return Encoding.UTF8.GetString(json.Written);
    }

    private static MessageBody? Read(string json)
    {
        var reader = new CanonicalJsonReader(Encoding.UTF8.GetBytes(json));
        return BodyCodec.TryRead(ref reader) is { } body && reader.AtEnd ? body : null;
    }
}
