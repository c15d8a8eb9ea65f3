using System.Text;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
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
        Assert.Equal(4, Vector.Messages.Count);
        foreach (var expected in Vector.Messages)
        {
            var opened = Assert.IsType<OpenOutcome.Opened>(at.Open(Encoding.ASCII.GetBytes(expected.Jwe)));
            Assert.Equal((expected.Id, expected.N, expected.Time, true), (opened.Id.ToString(), opened.N, opened.SentAt.ToUnixTimeMilliseconds(), opened.ChainIntact));
            using var json = JsonDocument.Parse(expected.Body);
            var body = json.RootElement.GetProperty("body");
            if (opened.Body is MessageBody.Text text) Assert.Equal(body.GetProperty("text").GetString(), text.Value);
            else Assert.Equal(body.GetProperty("delivered").EnumerateArray().Select(static id => id.GetString()), Assert.IsType<MessageBody.Receipt>(opened.Body).Delivered.Select(static id => id.ToString()));
            at = opened.Next;
        }
    }

    [Fact]
    public void Open_CommittedGrant_NamesSenderAndPrevious()
    {
        var opened = Assert.IsType<GrantOutcome.Opened>(OpenGrant());
        Assert.Equal((Vector.Sender.User, Vector.Sender.Device), (opened.Sender.User.ToString(), opened.Sender.Device.ToString()));
        Assert.Equal(Vector.Keys.Sid, opened.Session.Id.ToString());
        Assert.Equal(new SessionEnd(new SessionId(Digest.Sha256("an earlier session"u8)), 7, Digest.Sha256("its end"u8)), opened.Previous);
    }

    [Fact]
    public void KeySchedule_CommittedSeed_GivesTheCommittedKeys()
    {
        var seed = Convert.FromHexString(Vector.Keys.Seed);
        Assert.True(Digest.TryParse(Vector.Keys.Sid, out var sid));
        Assert.True(Digest.TryRead(System.Security.Cryptography.SHA256.HashData(Convert.FromBase64String(Vector.Sender.IdentityCertificate)), out var certificate));
        var body = GrantBody.TryRead(Encoding.UTF8.GetBytes(Vector.Grant.Body))!;
        Assert.Equal(new SessionId(sid), KeySchedule.IdOf(seed, new SessionContext(body.Conversation, 0, default, certificate)));

        var chain = ChainKey.Start(seed, new SessionId(sid));
        foreach (var message in Vector.Messages)
        {
            var (messageBase, key, salt) = (new byte[32], new byte[32], new byte[16]);
            chain.Base(messageBase);
            Assert.Equal(Vector.Keys.Chain[message.N], Convert.ToHexStringLower(chain.Bytes));
            Assert.Equal(Vector.Keys.Base[message.N], Convert.ToHexStringLower(messageBase));
            MessageHeader.TryParse(Encoding.ASCII.GetBytes(message.Jwe.Split('.')[0]))!.Value.WriteSalt(salt);
            KeySchedule.Message(messageBase, salt, new SessionId(sid), message.N, key);
            Assert.Equal(message.Key, Convert.ToHexStringLower(key));
            chain = chain.Next();
        }
    }

    [Fact]
    public void Bodies_CommittedJson_WriteToTheSameBytes()
    {
        using var grant = new CanonicalJsonWriter();
        GrantBody.TryRead(Encoding.UTF8.GetBytes(Vector.Grant.Body))!.Write(grant);
        Assert.Equal(Vector.Grant.Body, Encoding.UTF8.GetString(grant.Written));
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
    }

    private static GrantOutcome OpenGrant()
    {
        Assert.True(UserId.TryParse(Vector.Reader.User, out var user));
        Assert.True(DeviceId.TryParse(Vector.Reader.Device, out var device));
        var certificate = Digest.Sha256(Convert.FromBase64String(Vector.Reader.EncryptionCertificate));
        using var key = TestAuthority.LoadKey(Path.GetFileName(Vector.Reader.EncryptionKey));
        var anchor = TrustAnchor.FromRoot(Convert.FromBase64String(Vector.Root));
        var reader = new GrantReader(anchor, user, device, [], DateTimeOffset.FromUnixTimeMilliseconds(Vector.At));
        var slice = GrantSlice.TryDecode(Convert.FromBase64String(Vector.Grant.Slice))!;
        return Grants.Open(Encoding.ASCII.GetBytes(Vector.Grant.Payload), slice, [new EncryptionKey(key, certificate)], reader);
    }

    private static SessionVector Load()
    {
        if (Environment.GetEnvironmentVariable("TALKYWALKY_WRITE_VECTORS") is "1") SessionVector.Write();
        return SessionVector.Load();
    }
}
