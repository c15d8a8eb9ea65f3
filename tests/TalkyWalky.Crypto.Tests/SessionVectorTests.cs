using System.Text;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>What was sealed once opens for ever, until protocol, code and vector change together. <c>TALKYWALKY_WRITE_VECTORS=1</c> makes the vector anew.</summary>
public sealed class SessionVectorTests
{
    private static readonly SessionVector Vector = Load();

    [Fact]
    public void Open_CommittedGrantAndMessages_GivesTheExpectedBodies()
    {
        var at = Assert.IsType<GrantOutcome.Opened>(OpenGrant()).Session;
        Assert.Equal(8, Vector.Messages.Count);
        var data = Array.Empty<byte>();
        foreach (var expected in Vector.Messages)
        {
            var opened = Assert.IsType<OpenOutcome.Opened>(at.Open(Encoding.ASCII.GetBytes(expected.Jwe)));
            Assert.Equal((expected.Id, expected.N, expected.Time, true), (opened.Id.ToString(), opened.N, opened.SentAt.ToUnixTimeMilliseconds(), opened.ChainIntact));
            using var json = JsonDocument.Parse(expected.Body);
            var body = json.RootElement.GetProperty("body");
            switch (opened.Body)
            {
                case MessageBody.Text text: Assert.Equal(body.GetProperty("text").GetString(), text.Value); break;
                case MessageBody.Receipt receipt: Assert.Equal(IdsIn(body.GetProperty("delivered")), receipt.Delivered); break;
                case MessageBody.Read read: Assert.Equal(IdsIn(body.GetProperty("read")), read.Ids); break;
                case MessageBody.Part part: data = part.Data.ToArray(); break;
                case MessageBody.File file:
                    Assert.Equal((body.GetProperty("name").GetString(), body.GetProperty("type").GetString(), data.LongLength), (file.Name, file.Type, file.Size));
                    Assert.Equal(Digest.Sha256(data), file.Digest);
                    Assert.Equal(IdsIn(body.GetProperty("parts")), file.Parts);
                    break;
                default: Assert.IsType<MessageBody.Empty>(opened.Body); break;
            }

            at = opened.Next;
        }
    }

    [Fact]
    public void Open_CommittedGrant_NamesSenderAndPrevious()
    {
        var opened = Assert.IsType<GrantOutcome.Opened>(OpenGrant());
        Assert.IsType<GrantPlace.Direct>(opened.Place);
        Assert.Equal((Vector.Sender.User, Vector.Sender.Device), (opened.Sender.User.ToString(), opened.Sender.Device.ToString()));
        Assert.Equal(Vector.Keys.Sid, opened.Session.Id.ToString());
        Assert.Equal(new SessionEnd(new SessionId(Digest.Sha256("an earlier session"u8)), 7, Digest.Sha256("its end"u8)), opened.Previous);
        Assert.Equal((Vector.Grant.ListSeq, Vector.Grant.ListHash), (opened.ListSeq, opened.ListHash.ToString()));
        var tree = TreeHead.TryVerify(opened.TreeHead.Span, LogKeys.Of(LogKey.TryRead(Convert.FromBase64String(Vector.Log))!))!;
        Assert.Equal((123_456ul, Digest.Sha256("a log's root"u8)), (tree.Size, tree.Root));
    }

    [Fact]
    public void Open_CommittedRoomAndOwnGrant_NameTheirPlaces()
    {
        var room = Assert.IsType<GrantOutcome.Opened>(OpenGrant(Vector.RoomGrant));
        Assert.Equal((SessionVector.Room, Vector.Sender.Device), (room.Place, room.Sender.Device.ToString()));
        var own = Assert.IsType<GrantOutcome.Opened>(OpenGrant(Vector.OwnGrant));
        var place = Assert.IsType<GrantPlace.Direct>(own.Place);
        Assert.Equal((place.One, Vector.OwnSender.User, Vector.OwnSender.Device), (place.Other, own.Sender.User.ToString(), own.Sender.Device.ToString()));
    }

    [Fact]
    public void OpenSignal_Committed_GivesKindAndTime()
    {
        var session = Assert.IsType<GrantOutcome.Opened>(OpenGrant()).Session;
        var expected = new SignalOutcome.Opened(SignalKind.Typing, DateTimeOffset.FromUnixTimeMilliseconds(Vector.Signal.N));
        Assert.Equal(expected, session.OpenSignal(Encoding.ASCII.GetBytes(Vector.Signal.Jwe), after: null));
        Assert.Equal(Vector.Signal.SignalKey, Convert.ToHexStringLower(SignalKey.Start(Convert.FromHexString(Vector.Keys.Seed), session.Id).Bytes));
    }

    [Fact]
    public void KeySchedule_CommittedSeed_GivesTheCommittedKeys()
    {
        var seed = Convert.FromHexString(Vector.Keys.Seed);
        Assert.True(Digest.TryParse(Vector.Keys.Sid, out var sid));
        Assert.True(Digest.TryRead(System.Security.Cryptography.SHA256.HashData(Convert.FromBase64String(Vector.Sender.IdentityCertificate)), out var certificate));
        var body = GrantBody.TryRead(Encoding.UTF8.GetBytes(Vector.Grant.Body))!;
        Assert.Equal(new SessionId(sid), KeySchedule.IdOf(seed, new SessionContext(body.Conversation, 0, null, certificate)));

        var chain = ChainKey.Start(seed, new SessionId(sid));
        foreach (var message in Vector.Messages)
        {
            var (messageBase, key, salt) = (new byte[32], new byte[32], new byte[16]);
            chain.Base(messageBase);
            Assert.Equal(Vector.Keys.Chain[message.N], Convert.ToHexStringLower(chain.Bytes));
            Assert.Equal(Vector.Keys.Base[message.N], Convert.ToHexStringLower(messageBase));
            SessionHeader.TryParse(HeaderType.Message, Encoding.ASCII.GetBytes(message.Jwe.Split('.')[0]))!.Value.WriteSalt(salt);
            KeySchedule.Message(messageBase, salt, new SessionId(sid), message.N, key);
            Assert.Equal(message.Key, Convert.ToHexStringLower(key));
            chain = chain.Next();
        }
    }

    [Fact]
    public void Bodies_CommittedJson_WriteToTheSameBytes()
    {
        foreach (var body in (string[])[Vector.Grant.Body, Vector.RoomGrant.Body, Vector.OwnGrant.Body])
        {
            using var grant = new CanonicalJsonWriter();
            GrantBody.TryRead(Encoding.UTF8.GetBytes(body))!.Write(grant);
            Assert.Equal(body, Encoding.UTF8.GetString(grant.Written));
        }

        using var signal = new CanonicalJsonWriter();
        SignedSignal.TryRead(Encoding.UTF8.GetBytes(Vector.Signal.Body))!.Write(signal);
        Assert.Equal(Vector.Signal.Body, Encoding.UTF8.GetString(signal.Written));
        foreach (var message in Vector.Messages)
        {
            using var json = new CanonicalJsonWriter();
            SignedBody.TryRead(Encoding.UTF8.GetBytes(message.Body))!.Write(json);
            Assert.Equal(message.Body, Encoding.UTF8.GetString(json.Written));
        }
    }

    [Fact]
    public void ToCompactJwe_CommittedSlice_GivesTheCommittedToken()
    {
        var slice = GrantSlice.TryDecode(Convert.FromBase64String(Vector.Grant.Slice))!;
        Assert.Equal(Vector.Grant.Token, Encoding.ASCII.GetString(slice.ToCompactJwe(Encoding.ASCII.GetBytes(Vector.Grant.Payload))));
        Assert.Equal(Vector.Grant.Path, slice.Path.Select(static hash => hash.ToString()));
        Assert.Equal(Vector.Grant.LeafIndex, slice.LeafIndex);
        Assert.Equal((Vector.Grant.ListSeq, Vector.Grant.ListHash), (slice.ListSeq, slice.ListHash.ToString()));
    }

    private static IEnumerable<MessageId> IdsIn(JsonElement array) =>
        array.EnumerateArray().Select(static text => MessageId.TryParse(text.GetString()!, out var id) ? id : default);

    private static GrantOutcome OpenGrant() => OpenGrant(Vector.Grant);

    private static GrantOutcome OpenGrant(VectorGrant grant)
    {
        Assert.True(UserId.TryParse(Vector.Reader.User, out var user));
        Assert.True(DeviceId.TryParse(Vector.Reader.Device, out var device));
        var certificate = Digest.Sha256(Convert.FromBase64String(Vector.Reader.EncryptionCertificate));
        using var key = TestAuthority.LoadKey(Path.GetFileName(Vector.Reader.EncryptionKey));
        var anchor = TrustAnchor.FromRoot(Convert.FromBase64String(Vector.Root), LogKey.TryRead(Convert.FromBase64String(Vector.Log))!);
        var reader = new GrantReader(anchor, user, device, [], DateTimeOffset.FromUnixTimeMilliseconds(Vector.At));
        var slice = GrantSlice.TryDecode(Convert.FromBase64String(grant.Slice))!;
        return Grants.Open(Encoding.ASCII.GetBytes(grant.Payload), slice, [new EncryptionKey(key, certificate)], reader);
    }

    private static SessionVector Load()
    {
        if (Environment.GetEnvironmentVariable("TALKYWALKY_WRITE_VECTORS") is "1") SessionVector.Write();
        return SessionVector.Load();
    }
}
