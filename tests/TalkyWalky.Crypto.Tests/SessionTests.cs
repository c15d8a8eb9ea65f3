using System.Text;
using System.Text.Json;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

public sealed class SessionTests
{
    [Fact]
    public void Open_WhatWasSealed_GivesItBack()
    {
        var (sender, receiver) = Sessions.Start();
        var id = MessageId.New();
        var message = sender.Seal(id, new MessageBody.Text("hé \"漢字\" 🙂\n"), Sessions.Time);
        var opened = Assert.IsType<OpenOutcome.Opened>(receiver.Open(message.Jwe));
        Assert.Equal((id, 0, Sessions.Time, true), (opened.Id, opened.N, opened.SentAt, opened.ChainIntact));
        Assert.Equal(new MessageBody.Text("hé \"漢字\" 🙂\n"), opened.Body);
        Assert.Equal(1, opened.Next.Next);
        Assert.Equal(new SessionEnd(sender.Id, 0, Digest.Sha256(message.Jwe)), message.Next.End);
    }

    [Fact]
    public void Open_SameMessageTwice_ReportsDuplicate()
    {
        var (sender, receiver) = Sessions.Start();
        var message = sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time);
        var next = Assert.IsType<OpenOutcome.Opened>(receiver.Open(message.Jwe)).Next;
        Assert.IsType<OpenOutcome.Duplicate>(next.Open(message.Jwe));
    }

    [Fact]
    public void Open_StateBeforeWasKept_OpensAgain()
    {
        // The caller's transaction failed: the old state still stands.
        var (sender, receiver) = Sessions.Start();
        var message = sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time);
        Assert.IsType<OpenOutcome.Opened>(receiver.Open(message.Jwe)).Next.Dispose();
        Assert.Equal("x", Sessions.TextOf(receiver.Open(message.Jwe)));
    }

    [Fact]
    public void Seal_StateBeforeWasKept_SealsAgainUnderAnotherKey()
    {
        var (sender, receiver) = Sessions.Start();
        var first = sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time);
        first.Next.Dispose();
        var second = sender.Seal(MessageId.New(), new MessageBody.Text("y"), Sessions.Time);
        Assert.NotEqual(first.Jwe, second.Jwe);
        Assert.Equal("y", Sessions.TextOf(receiver.Open(second.Jwe)));
    }

    [Fact]
    public void Open_OutOfOrder_OpensAllAndNamesWhatIsMissing()
    {
        var (sender, receiver) = Sessions.Start();
        var messages = Sessions.SealMany(ref sender, 5);
        var at = receiver;
        foreach (var n in new[] { 3, 0, 4, 2 }) at = Assert.IsType<OpenOutcome.Opened>(at.Open(messages[n].Jwe)).Next;
        Assert.Equal([1], at.Missing);
        Assert.Equal(5, at.Next);
        at = Assert.IsType<OpenOutcome.Opened>(at.Open(messages[1].Jwe)).Next;
        Assert.Empty(at.Missing);
        Assert.All(messages, message => Assert.IsType<OpenOutcome.Duplicate>(at.Open(message.Jwe)));
    }

    [Fact]
    public void Open_AThousandMessages_AllOpenAndTheNextOneCannotBeSealed()
    {
        var (sender, receiver) = Sessions.Start();
        var messages = Sessions.SealMany(ref sender, Limits.MessagesPerSession);
        Assert.True(sender.IsSpent(Sessions.Time));
        Assert.Throws<InvalidOperationException>(() => sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time));
        var last = Assert.IsType<OpenOutcome.Opened>(receiver.Open(messages[^1].Jwe)).Next;
        Assert.Equal(999, last.Missing.Count);
        using var loaded = ReceivingSession.Load(last.Save());
        Assert.Equal("500", Sessions.TextOf(loaded.Open(messages[500].Jwe)));
    }

    [Fact]
    public void IsSpent_AfterSevenDays_IsTrue()
    {
        var (sender, _) = Sessions.Start();
        Assert.False(sender.IsSpent(Sessions.Time + TimeSpan.FromDays(7) - TimeSpan.FromMilliseconds(1)));
        Assert.True(sender.IsSpent(Sessions.Time + TimeSpan.FromDays(7)));
    }

    [Fact]
    public void Open_AnyCharacterChanged_IsRejectedAndChangesNothing()
    {
        var (sender, receiver) = Sessions.Start();
        var message = sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time);
        var before = receiver.Save();
        for (var i = 0; i < message.Jwe.Length; i++)
        {
            var changed = message.Jwe.AsSpan().ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.IsType<OpenOutcome.Rejected>(receiver.Open(changed));
            Assert.Null(i == 0 ? ReceivingSession.Peek(changed) : null);
        }

        Assert.Equal(before, receiver.Save());
        Assert.Equal("x", Sessions.TextOf(receiver.Open(message.Jwe)));
    }

    [Fact]
    public void Open_MessageOfAnotherSession_IsRejected()
    {
        var (sender, _) = Sessions.Start();
        var (_, receiver) = Sessions.Start();
        Assert.Equal(RejectReason.NotAuthentic, Sessions.ReasonOf(receiver.Open(sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time).Jwe)));
    }

    [Theory]
    [InlineData("\"n\":0", "\"n\":1", RejectReason.NotAuthentic)]
    [InlineData("\"n\":0", "\"n\":999", RejectReason.NotAuthentic)]
    [InlineData("\"n\":0", "\"n\":1000", RejectReason.OutOfBounds)]
    [InlineData("\"n\":0", "\"n\":2147483647", RejectReason.OutOfBounds)]
    [InlineData("\"n\":0", "\"n\":2147483648", RejectReason.Malformed)]
    [InlineData("\"n\":0", "\"n\":00", RejectReason.Malformed)]
    [InlineData("\"n\":0", "\"n\":-1", RejectReason.Malformed)]
    [InlineData("\"n\":0", "\"n\":0,\"zip\":\"DEF\"", RejectReason.Malformed)]
    [InlineData("\"n\":0", "\"n\":0,\"n\":0", RejectReason.Malformed)]
    [InlineData("dir", "A256KW", RejectReason.Malformed)]
    [InlineData("A256GCM\",\"typ", "A128GCM\",\"typ", RejectReason.Malformed)]
    [InlineData("RSA3072-P256-A256GCM", "RSA3072-P256-A128GCM", RejectReason.Malformed)]
    [InlineData("tw-message", "tw-grant", RejectReason.Malformed)]
    [InlineData("{\"alg\"", "{ \"alg\"", RejectReason.Malformed)]
    public void Open_ChangedHeader_IsRejected(string what, string with, RejectReason reason)
    {
        var (sender, receiver) = Sessions.Start();
        var parts = Encoding.ASCII.GetString(sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time).Jwe).Split('.');
        var header = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]));
        Assert.Contains(what, header, StringComparison.Ordinal);
        parts[0] = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.Replace(what, with, StringComparison.Ordinal)));
        Assert.Equal(reason, Sessions.ReasonOf(receiver.Open(Encoding.ASCII.GetBytes(string.Join('.', parts)))));
    }

    [Fact]
    public void Open_Oversized_IsRejectedBeforeAnyWork()
    {
        var (_, receiver) = Sessions.Start();
        Assert.Equal(RejectReason.Malformed, Sessions.ReasonOf(receiver.Open(new byte[Limits.Payload + 1])));
        Assert.Null(ReceivingSession.Peek(new byte[Limits.Payload + 1]));
    }

    [Fact]
    public void Peek_AMessage_NamesItsSession()
    {
        var (sender, _) = Sessions.Start();
        Assert.Equal(sender.Id, ReceivingSession.Peek(sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time).Jwe));
        Assert.Null(ReceivingSession.Peek("hello"u8));
        Assert.Null(ReceivingSession.Peek([]));
    }

    [Fact]
    public void Open_AuthorSignedAnotherPredecessor_ReportsABrokenChain()
    {
        // Two states of one sender, as after a restored copy: index 0 exists twice, and each reader holds another one.
        var (sender, receiver) = Sessions.Start();
        var shown = sender.Seal(MessageId.New(), new MessageBody.Text("shown"), Sessions.Time);
        var hidden = sender.Seal(MessageId.New(), new MessageBody.Text("hidden"), Sessions.Time);
        var after = hidden.Next.Seal(MessageId.New(), new MessageBody.Text("after"), Sessions.Time);

        var inOrder = Assert.IsType<OpenOutcome.Opened>(receiver.Open(shown.Jwe)).Next;
        Assert.False(Assert.IsType<OpenOutcome.Opened>(inOrder.Open(after.Jwe)).ChainIntact);

        var late = Assert.IsType<OpenOutcome.Opened>(receiver.Open(after.Jwe));
        Assert.True(late.ChainIntact);
        Assert.False(Assert.IsType<OpenOutcome.Opened>(late.Next.Open(shown.Jwe)).ChainIntact);
        Assert.True(Assert.IsType<OpenOutcome.Opened>(late.Next.Open(hidden.Jwe)).ChainIntact);
    }

    [Fact]
    public void Open_GapFilledBackwards_StillChecksBothNeighbours()
    {
        var (sender, receiver) = Sessions.Start();
        var messages = Sessions.SealMany(ref sender, 4);
        var forged = messages[0].Next.Seal(MessageId.New(), new MessageBody.Text("fork at 1"), Sessions.Time);
        var at = Assert.IsType<OpenOutcome.Opened>(receiver.Open(messages[3].Jwe)).Next;
        at = Assert.IsType<OpenOutcome.Opened>(at.Open(messages[2].Jwe)).Next;
        using var loaded = ReceivingSession.Load(at.Save());
        Assert.False(Assert.IsType<OpenOutcome.Opened>(loaded.Open(forged.Jwe)).ChainIntact);
        var opened = Assert.IsType<OpenOutcome.Opened>(loaded.Open(messages[1].Jwe));
        Assert.True(opened.ChainIntact);
        Assert.True(Assert.IsType<OpenOutcome.Opened>(opened.Next.Open(messages[0].Jwe)).ChainIntact);
    }

    [Fact]
    public void Seal_ShortTexts_AllHaveOneLength()
    {
        var (sender, _) = Sessions.Start();
        int[] lengths = [.. new[] { "", "yes", "no", "ok" }.Select(text => sender.Seal(MessageId.New(), new MessageBody.Text(text), Sessions.Time).Jwe.Length)];
        Assert.Single(lengths.Distinct());
    }

    [Theory]
    [InlineData('x')]
    [InlineData('\u0001')]
    [InlineData('\\')]
    public void Seal_LongestText_FitsAnEnvelopeAndOpens(char character)
    {
        var (sender, receiver) = Sessions.Start();
        var text = new string(character, Limits.Text);
        var message = sender.Seal(MessageId.New(), new MessageBody.Text(text), Sessions.Time);
        Assert.InRange(message.Jwe.Length, Limits.Text, Limits.Payload);
        Assert.Equal(text, Sessions.TextOf(receiver.Open(message.Jwe)));
    }

    [Fact]
    public void Seal_WhatCannotBeSent_Throws()
    {
        var (sender, _) = Sessions.Start();
        MessageBody[] bodies =
        [
            new MessageBody.Text(new string('x', Limits.Text + 1)),
            new MessageBody.Text(new string('é', (Limits.Text / 2) + 1)),
            new MessageBody.Text("\ud83d"),
            new MessageBody.Text("\ude42\ud83d"),
            new MessageBody.Receipt([]),
            new MessageBody.Receipt(new MessageId[501]),
            new MessageBody.Read([]),
            new MessageBody.Read(new MessageId[501]),
            new MessageBody.Unknown("empty", "{\"kind\":\"empty\"}"u8.ToArray()),
            new MessageBody.Unknown("poll", "{\"kind\":\"other\"}"u8.ToArray()),
            new MessageBody.Unknown("poll", "{\"kind\": \"poll\"}"u8.ToArray()),
            new MessageBody.Unknown("text", "{\"kind\":\"text\",\"text\":\"x\"}"u8.ToArray()),
            new MessageBody.Unknown("Poll", "{\"kind\":\"Poll\"}"u8.ToArray()),
        ];
        Assert.All(bodies, body => Assert.Throws<ArgumentException>(() => sender.Seal(MessageId.New(), body, Sessions.Time)));
        Assert.All(bodies, static body => Assert.NotNull(body.Problem()));
    }

    [Fact]
    public void Open_ReceiptsEmptyAndUnknownKind_AreGivenBackWhole()
    {
        var (sender, receiver) = Sessions.Start();
        var ids = Enumerable.Range(0, 500).Select(static _ => MessageId.New()).ToArray();
        var receipt = sender.Seal(MessageId.New(), new MessageBody.Receipt(ids), Sessions.Time);
        var opened = Assert.IsType<OpenOutcome.Opened>(receiver.Open(receipt.Jwe));
        Assert.Equal(ids, Assert.IsType<MessageBody.Receipt>(opened.Body).Delivered);

        var json = """{"kind":"poll","question":"when?","options":[1,2.5,null,{"a":"\n"}]}""";
        var read = receipt.Next.Seal(MessageId.New(), new MessageBody.Read(ids), Sessions.Time);
        opened = Assert.IsType<OpenOutcome.Opened>(opened.Next.Open(read.Jwe));
        Assert.Equal(ids, Assert.IsType<MessageBody.Read>(opened.Body).Ids);

        var empty = read.Next.Seal(MessageId.New(), new MessageBody.Empty(), Sessions.Time);
        opened = Assert.IsType<OpenOutcome.Opened>(opened.Next.Open(empty.Jwe));
        Assert.IsType<MessageBody.Empty>(opened.Body);

        var poll = empty.Next.Seal(MessageId.New(), new MessageBody.Unknown("poll", Encoding.UTF8.GetBytes(json)), Sessions.Time);
        var unknown = Assert.IsType<MessageBody.Unknown>(Assert.IsType<OpenOutcome.Opened>(opened.Next.Open(poll.Jwe)).Body);
        Assert.Equal(("poll", json), (unknown.Kind, Encoding.UTF8.GetString(unknown.Json.Span)));
    }

    [Theory]
    [InlineData("""{"kind":"text","text":"x","text":"y"}""")]
    [InlineData("""{"kind":"text","text":"x","more":1}""")]
    [InlineData("""{"kind":"text","text":"\u0041"}""")]
    [InlineData("""{"kind":"text"}""")]
    [InlineData("""{"text":"x","kind":"text"}""")]
    [InlineData("""{"kind":"receipt","delivered":[]}""")]
    [InlineData("""{"kind":"receipt","delivered":["0123456789ABCDEF0123456789ABCDEF"]}""")]
    [InlineData("""{"kind":"read","read":[]}""")]
    [InlineData("""{"kind":"read","delivered":["0123456789abcdef0123456789abcdef"]}""")]
    [InlineData("""{"kind":"read","read":["0123456789abcdef0123456789abcdef"],"x":1}""")]
    [InlineData("""{"kind":"empty","x":1}""")]
    [InlineData("""{"kind":"","x":1}""")]
    [InlineData("""["kind"]""")]
    public void TryRead_BodyNotAsItsFormatSays_IsNull(string json)
    {
        var reader = new CanonicalJsonReader(Encoding.UTF8.GetBytes(json));
        Assert.Null(BodyCodec.TryRead(ref reader));
    }

    [Fact]
    public void SignedBody_AnyOtherPadding_IsNull()
    {
        var body = new SignedBody(default, 0, default, 0, MessageId.New(), null, 1, new MessageBody.Text("x"));
        using var json = new CanonicalJsonWriter();
        body.Write(json);
        var text = Encoding.UTF8.GetString(json.Written);
        Assert.Equal(256, text.Length);
        Assert.Equal(body, SignedBody.TryRead(json.Written));
        using var document = JsonDocument.Parse(text);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        Assert.Null(SignedBody.TryRead(Encoding.UTF8.GetBytes(text.Replace("0\"}", "\"}", StringComparison.Ordinal))));
        Assert.Null(SignedBody.TryRead(Encoding.UTF8.GetBytes(text.Replace("0\"}", "00\"}", StringComparison.Ordinal))));
        Assert.Null(SignedBody.TryRead(Encoding.UTF8.GetBytes(text.Replace("0\"}", "1\"}", StringComparison.Ordinal))));
        Assert.Null(SignedBody.TryRead(Encoding.UTF8.GetBytes(text + " ")));
    }

    [Fact]
    public void Load_DamagedState_ThrowsAndNeverReadsBeyond()
    {
        var (sender, receiver) = Sessions.Start();
        var messages = Sessions.SealMany(ref sender, 3);
        var reader = Assert.IsType<OpenOutcome.Opened>(receiver.Open(messages[2].Jwe)).Next;
        var (sent, read) = (sender.Save(), reader.Save());
        for (var length = 0; length < sent.Length; length++) Assert.Throws<InvalidDataException>(() => SendingSession.Load(sent.AsSpan(0, length)));
        for (var length = 0; length < read.Length; length++) Assert.Throws<InvalidDataException>(() => ReceivingSession.Load(read.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => SendingSession.Load([.. sent, 0]));
        Assert.Throws<InvalidDataException>(() => ReceivingSession.Load([.. read, 0]));
        Assert.Throws<InvalidDataException>(() => ReceivingSession.Load(sent));
        Assert.Equal(sent, SendingSession.Load(sent).Save());
        Assert.Equal(read, ReceivingSession.Load(read).Save());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Load_StateOfVersionOne_ReadsWithoutHeadAndSignals(int opened)
    {
        var (sender, receiver) = Sessions.Start();
        var messages = Sessions.SealMany(ref sender, 3);
        for (var n = 0; n < opened; n++) receiver = Assert.IsType<OpenOutcome.Opened>(receiver.Open(messages[n].Jwe)).Next;
        using var oldSender = SendingSession.Load(VersionOne(sender.Save()));
        using var oldReader = ReceivingSession.Load(VersionOne(receiver.Save()));
        Assert.Equal((sender.Id, sender.Conversation, 0ul, 3), (oldSender.Id, oldSender.Conversation, oldSender.Epoch, oldSender.N));
        Assert.Null(oldSender.LedgerHead ?? oldReader.LedgerHead);
        Assert.Equal($"{opened}", Sessions.TextOf(oldReader.Open(messages[opened].Jwe)));
        Assert.Null(oldSender.SealSignal(SignalKind.Typing, Sessions.Time));
        Assert.Equal(oldSender.Save(), SendingSession.Load(oldSender.Save()).Save());

        // Version 1 had the same fields, but for flags and signal key behind the epoch.
        static byte[] VersionOne(byte[] saved) => [saved[0], 1, .. saved[2..74], .. saved[(74 + 1 + 32)..]];
    }

    [Fact]
    public void Load_AnotherVersion_Throws()
    {
        var (sender, receiver) = Sessions.Start();
        foreach (byte version in (byte[])[0, 3])
        {
            Assert.Throws<InvalidDataException>(() => SendingSession.Load([sender.Save()[0], version, .. sender.Save()[2..]]));
            Assert.Throws<InvalidDataException>(() => ReceivingSession.Load([receiver.Save()[0], version, .. receiver.Save()[2..]]));
        }
    }

    [Fact]
    public void Dispose_OneState_LeavesItsSiblingsUsable()
    {
        var (sender, receiver) = Sessions.Start();
        var first = sender.Seal(MessageId.New(), new MessageBody.Text("0"), Sessions.Time);
        sender.Dispose();
        sender.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sender.Seal(MessageId.New(), new MessageBody.Text("x"), Sessions.Time));
        var second = first.Next.Seal(MessageId.New(), new MessageBody.Text("1"), Sessions.Time);
        var opened = Assert.IsType<OpenOutcome.Opened>(receiver.Open(first.Jwe));
        receiver.Dispose();
        Assert.Equal("1", Sessions.TextOf(opened.Next.Open(second.Jwe)));
    }

    [Fact]
    public void ToString_States_ShowNoSecret()
    {
        var (sender, receiver) = Sessions.Start();
        Assert.Equal($"sending session {sender.Id} at 0", sender.ToString());
        Assert.Equal($"receiving session {receiver.Id} at 0", receiver.ToString());
    }
}
