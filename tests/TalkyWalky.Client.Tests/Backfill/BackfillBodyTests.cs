using System.Text;
using TalkyWalky.Client.Backfill;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Backfill;

public sealed class BackfillBodyTests
{
    private static readonly BackfillRequest Request = new(MessageId.New(), DeviceId.New(), new ConversationId(Digest.Sha256("conversation"u8)), 12, "3.4");

    private static readonly BackfillPage Page = new(
        MessageId.New(), IsWhole: true, "7.8",
        [
            new GivenPart(
                new ConversationId(Digest.Sha256("conversation"u8)), UserId.New(), "bob",
                [
                    new GivenMessage(UserId.New(), "bob", MessageId.New(), 99, new SessionId(Digest.Sha256("session"u8)), 5, 0, "", "Grüße \u0001 👋"),
                    new GivenMessage(UserId.New(), "alice", MessageId.New(), 100, null, 0, 3, "poll", "{\"kind\":\"poll\"}"),
                ]),
            new GivenPart(new ConversationId(Digest.Sha256("room"u8)), null, "General", []),
        ]);

    [Fact]
    public void Request_WrittenAndRead_IsTheSame() => Assert.Equal(Request, BackfillBody.TryReadRequest(BackfillBody.Write(Request)));

    [Fact]
    public void Page_WrittenAndRead_IsTheSame()
    {
        var read = BackfillBody.TryReadPage(BackfillBody.Write(Page));
        Assert.NotNull(read);
        Assert.Equal((Page.Job, true, "7.8", 2), (read.Job, read.IsWhole, read.Next, read.Parts.Count));
        Assert.Equal(Page.Parts[0].Messages, read.Parts[0].Messages);
        Assert.Equal((null, "General"), (read.Parts[1].Peer, read.Parts[1].Name));
    }

    [Fact]
    public void Page_CutAnywhereOrChanged_IsRefused()
    {
        var text = BackfillBody.Write(Page);
        for (var length = 0; length < text.Length; length++) Assert.Null(BackfillBody.TryReadPage(text.AsSpan(0, length)));
        var spaced = Encoding.UTF8.GetString(text).Replace(",\"next\"", ", \"next\"", StringComparison.Ordinal);
        Assert.Null(BackfillBody.TryReadPage(Encoding.UTF8.GetBytes(spaced)));
        Assert.Null(BackfillBody.TryReadPage([.. text, (byte)' ']));
    }

    [Fact]
    public void Page_WithALoneSurrogateInsideItsBase64_IsRefused()
    {
        var text = Encoding.UTF8.GetString(BackfillBody.Write(Page));
        var encoded = System.Buffers.Text.Base64Url.EncodeToString("{\"kind\":\"poll\"}"u8);
        var broken = System.Buffers.Text.Base64Url.EncodeToString([0xed, 0xa0, 0x80, .. "\"kind\":\"poll\"}"u8]);
        Assert.Contains(encoded, text, StringComparison.Ordinal);
        Assert.Null(BackfillBody.TryReadPage(Encoding.UTF8.GetBytes(text.Replace(encoded, broken, StringComparison.Ordinal))));
    }
}
