using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

public sealed class GrantTests
{
    private static readonly UserId AliceId = UserId.New(), BobId = UserId.New(), CarolId = UserId.New();
    private static readonly TestDevice Alice = TestAuthority.Shared.Enrol(AliceId, "alice");
    private static readonly TestDevice Laptop = TestAuthority.Shared.Enrol(AliceId, "alice");
    private static readonly TestDevice Bob = TestAuthority.Shared.Enrol(BobId, "bob");
    private static readonly TestDevice Phone = TestAuthority.Shared.Enrol(BobId, "bob");
    private static readonly TestDevice Carol = TestAuthority.Shared.Enrol(CarolId, "carol");

    private static readonly byte[] UserHeadToken = SignUserHead();

    private static StartedSession ToBob() => Grants.Start(Alice.OrderTo(BobId, Bob, Phone, Laptop), TestAuthority.Now);

    [Fact]
    public void Open_EveryRecipient_GetsTheSameSession()
    {
        var grant = ToBob();
        var message = grant.Session.Seal(MessageId.New(), new MessageBody.Text("hello"), TestAuthority.Now);
        foreach (var device in new[] { Bob, Phone, Laptop })
        {
            var opened = Assert.IsType<GrantOutcome.Opened>(device.Open(grant));
            Assert.Equal((Alice.User, Alice.Device), (opened.Sender.User, opened.Sender.Device));
            Assert.Equal(device.User == AliceId ? BobId : AliceId, Assert.IsType<GrantPlace.Direct>(opened.Place).PeerOf(device.User));
            Assert.Equal(TestAuthority.Now, opened.SentAt);
            Assert.Equal(TestAuthority.Shared.TreeHead, opened.TreeHead);
            Assert.Equal((device.AsRecipient.ListSeq, device.AsRecipient.ListHash), (opened.ListSeq, opened.ListHash));
            Assert.Null(opened.Previous);
            Assert.Equal(grant.Session.Id, opened.Session.Id);
            Assert.Equal(ConversationId.Direct(TestAuthority.Shared.Anchor.Hash, AliceId, BobId), opened.Session.Conversation);
            Assert.Equal((Alice.User, Alice.Device, Alice.Identity.CertificateHash), (opened.Session.SenderUser, opened.Session.SenderDevice, opened.Session.SenderCertificate));
            Assert.Equal("hello", Sessions.TextOf(opened.Session.Open(message.Jwe)));
        }
    }

    [Fact]
    public void Start_Previous_ReachesTheReader()
    {
        var end = new SessionEnd(new SessionId(Digest.Sha256("s"u8)), 41, Digest.Sha256("m"u8));
        var grant = Grants.Start(Alice.OrderTo(BobId, Bob) with { Previous = end }, TestAuthority.Now);
        Assert.Equal(end, Assert.IsType<GrantOutcome.Opened>(Bob.Open(grant)).Previous);
    }

    [Fact]
    public void Open_OlderKeyAmongSeveral_Opens()
    {
        var keys = new[] { new EncryptionKey(Carol.EncryptionKey, Carol.Encryption.CertificateHash), Bob.Keys[0] };
        var grant = ToBob();
        Assert.IsType<GrantOutcome.Opened>(Grants.Open(grant.Payload, Bob.SliceOf(grant), keys, Bob.Reader));
    }

    [Fact]
    public void Open_NoKeys_IsRejected()
    {
        var grant = ToBob();
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Grants.Open(grant.Payload, Bob.SliceOf(grant), [], Bob.Reader)));
    }

    [Fact]
    public void Open_UnwrapFailureAndWrongLengthAndWrongKey_AreOneAnswer()
    {
        var grant = ToBob();
        var slice = Bob.SliceOf(grant);
        using var key = Bob.Encryption.LoadPublicKey();
        byte[][] wrapped =
        [
            new byte[384],
            slice.EncryptedKey.ToArray()[..^1],
            key.Encrypt(new byte[32], System.Security.Cryptography.RSAEncryptionPadding.OaepSHA256),
            key.Encrypt(new byte[16], System.Security.Cryptography.RSAEncryptionPadding.OaepSHA256),
            key.Encrypt([], System.Security.Cryptography.RSAEncryptionPadding.OaepSHA256),
            key.Encrypt(new byte[32], System.Security.Cryptography.RSAEncryptionPadding.OaepSHA1),
            Phone.SliceOf(grant).EncryptedKey.ToArray(),
        ];
        Assert.All(wrapped, bytes => Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, slice with { EncryptedKey = bytes }))));
    }

    [Fact]
    public void Open_ReencryptedForSomeoneElse_IsRefused()
    {
        // Surreptitious forwarding: Bob wraps Alice's signed words for Carol, with whatever path he likes.
        var grant = ToBob();
        var token = Forge.Decrypt(grant, Bob);
        var (payload, slice) = Forge.Wrap(token, Carol, Bob.SliceOf(grant));
        Assert.Equal(RejectReason.NotAMember, Reason(Carol.Open(payload, slice)));

        // Even for another device of a member, whom Alice did not name.
        var tablet = TestAuthority.Shared.Enrol(BobId, "bob");
        (payload, slice) = Forge.Wrap(token, tablet, Bob.SliceOf(grant));
        Assert.Equal(RejectReason.NotForThisDevice, Reason(tablet.Open(payload, slice)));
    }

    [Fact]
    public void Open_RecipientStrippedFromTheRoot_IsRefused()
    {
        var forged = Forge.Grant(Alice, BobId, [Bob, Phone], signedFor: [Bob]);
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Phone.Open(forged)));
    }

    [Fact]
    public void Open_SliceOfAnotherDevice_IsRefused()
    {
        var grant = ToBob();
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, Phone.SliceOf(grant))));
        // The right key but the other device's place in the tree.
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, Phone.SliceOf(grant) with { EncryptedKey = Bob.SliceOf(grant).EncryptedKey })));
        // The same key certified for another device of the same person.
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Grants.Open(grant.Payload, Bob.SliceOf(grant), Bob.Keys, Bob.Reader with { Device = Phone.Device })));
        Assert.Equal(
            RejectReason.NotForThisDevice,
            Reason(Grants.Open(grant.Payload, Bob.SliceOf(grant), [Bob.Keys[0] with { CertificateHash = Phone.Encryption.CertificateHash }], Bob.Reader)));
    }

    [Fact]
    public void Open_ChangedLeafCountOrPath_IsRefused()
    {
        var grant = ToBob();
        var slice = Bob.SliceOf(grant);
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, slice with { LeafCount = slice.LeafCount + 1 })));
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, slice with { Path = [] })));
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, slice with { Path = [.. slice.Path, default] })));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(grant.Payload, slice with { LeafIndex = slice.LeafCount })));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(grant.Payload, slice with { LeafIndex = -1 })));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(grant.Payload, slice with { Path = new Digest[33] })));
    }

    [Fact]
    public void Open_AnotherListThanTheSenderSigned_IsRefused()
    {
        // A server that shows the reader another list cannot make the sender's grant agree with it.
        var grant = ToBob();
        var slice = Bob.SliceOf(grant);
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, slice with { ListSeq = slice.ListSeq + 1 })));
        Assert.Equal(RejectReason.NotForThisDevice, Reason(Bob.Open(grant.Payload, slice with { ListHash = Phone.AsRecipient.ListHash })));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(grant.Payload, slice with { ListSeq = 0 })));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(grant.Payload, slice with { ListSeq = 1UL << 53 })));
    }

    [Fact]
    public void Open_TreeThatIsNoTreeHead_IsMalformed()
    {
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Tree = default })));
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Tree = UserHeadToken })));
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Tree = body.Tree[..^1] })));
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Tree = Encoding.ASCII.GetBytes("eyJ.e30." + new string('A', TreeHead.MaxSize)) })));
    }

    [Fact]
    public void Open_ContextNotAsSigned_IsRefused()
    {
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Epoch = 1 })));
        Assert.Equal(RejectReason.Malformed, Reason(Open(body => Seal(body with { Epoch = 1 }))));
        Assert.Equal(RejectReason.Malformed, Reason(Open(body => Seal(body with { Head = Digest.Sha256("head"u8) }))));
        Assert.Equal(RejectReason.Malformed, Reason(Open(body => Seal(body with { Members = null }))));
        Assert.Equal(RejectReason.NotAuthentic, Reason(Open(body => Seal(body with { Conversation = new ConversationId(Digest.Sha256("other"u8)) }))));
        Assert.Equal(RejectReason.NotAuthentic, Reason(Open(static body => body with { Session = new SessionId(Digest.Sha256("other"u8)) })));
        Assert.Equal(RejectReason.NotAMember, Reason(Open(body => Seal(Between(body, BobId, CarolId)))));
        Assert.Equal(RejectReason.NotAMember, Reason(Open(body => Seal(Between(body, AliceId, CarolId)))));
        Assert.IsType<GrantOutcome.Opened>(Open(Seal));

        static GrantBody Between(GrantBody body, UserId one, UserId other)
        {
            var (first, second) = one.CompareTo(other) < 0 ? (one, other) : (other, one);
            return body with { Members = (first, second), Conversation = ConversationId.Direct(TestAuthority.Shared.Anchor.Hash, first, second) };
        }

        static GrantBody Seal(GrantBody body) => body with
        {
            Session = KeySchedule.IdOf(body.Seed, new SessionContext(body.Conversation, body.Epoch, body.Head, Alice.Identity.CertificateHash)),
        };
    }

    [Fact]
    public void Open_SecondSeedForOneSession_IsRefused()
    {
        // AES-GCM does not commit to its key; the session id does: one id, one seed.
        Assert.Equal(RejectReason.NotAuthentic, Reason(Open(static body => body with { Seed = new byte[32] })));
    }

    [Fact]
    public void Open_SessionKeyNotOnTheCurve_IsRefused()
    {
        var offCurve = new byte[65];
        offCurve[0] = 4;
        Assert.Equal(RejectReason.Malformed, Reason(Open(body => body with { Point = offCurve })));
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Point = [.. body.Point[..64], (byte)(body.Point[64] ^ 1)] })));
        Assert.Equal(RejectReason.Malformed, Reason(Open(static body => body with { Point = [2, .. body.Point[1..]] })));
    }

    [Fact]
    public void Open_SignedByAnotherKeyThanItsCertificates_IsRefused()
    {
        var forged = Forge.Grant(Alice with { IdentityKey = Carol.IdentityKey }, BobId, [Bob], signedFor: [Bob]);
        Assert.Equal(RejectReason.NotAuthentic, Reason(Bob.Open(forged)));
    }

    [Fact]
    public void Open_SenderOfAnotherAuthority_IsRefused()
    {
        var stranger = new TestAuthority(rootKey: 2).Enrol(AliceId, "alice");
        Assert.Equal(RejectReason.SenderNotVerified, Reason(Bob.Open(Forge.Grant(stranger, BobId, [Bob], signedFor: [Bob]))));
    }

    [Fact]
    public void Open_CertificateNotForSigning_IsRefused()
    {
        var forged = Forge.Grant(Alice with { Identity = Alice.Encryption, IdentityKey = Alice.EncryptionKey }, BobId, [Bob], signedFor: [Bob]);
        Assert.Equal(RejectReason.SenderNotVerified, Reason(Bob.Open(forged)));
    }

    [Fact]
    public void Open_SenderExpiredAtFirstReceipt_IsRefused()
    {
        var grant = ToBob();
        Assert.Equal(
            RejectReason.SenderNotVerified,
            Reason(Grants.Open(grant.Payload, Bob.SliceOf(grant), Bob.Keys, Bob.Reader with { At = TestAuthority.Now.AddDays(91) })));
    }

    [Fact]
    public void Open_AuthorWhoIsNoMember_IsRefused()
    {
        // Carol signs a grant for a conversation of Alice and Bob: a valid identity, but no member.
        Assert.Equal(RejectReason.NotAMember, Reason(Bob.Open(Forge.Grant(Carol, BobId, [Bob], signedFor: [Bob], one: AliceId))));
    }

    [Fact]
    public void Open_PayloadChanged_IsRejected()
    {
        var grant = ToBob();
        var slice = Bob.SliceOf(grant);
        for (var i = 0; i < grant.Payload.Length; i += i < 120 ? 1 : 97)
        {
            var changed = grant.Payload.AsSpan().ToArray();
            changed[i] ^= 1;
            Assert.IsType<GrantOutcome.Rejected>(Bob.Open(changed, slice));
        }

        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open([], slice)));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(new byte[GrantJwe.MaxPayload + 1], slice)));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(slice.ToCompactJwe(grant.Payload), slice)));
    }

    [Theory]
    [InlineData("RSA-OAEP-256", "RSA1_5")]
    [InlineData("RSA-OAEP-256", "RSA-OAEP")]
    [InlineData("A256GCM", "A128GCM")]
    [InlineData("tw-grant", "tw-message")]
    [InlineData("\"}", "\",\"zip\":\"DEF\"}")]
    [InlineData("\"}", "\",\"crit\":[\"exp\"]}")]
    public void Open_AnotherHeader_IsMalformedBeforeAnyKeyIsUsed(string what, string with)
    {
        var grant = ToBob();
        var parts = Encoding.ASCII.GetString(grant.Payload).Split('.');
        var header = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0])).Replace(what, with, StringComparison.Ordinal);
        parts[0] = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
        Assert.Equal(RejectReason.Malformed, Reason(Bob.Open(Encoding.ASCII.GetBytes(string.Join('.', parts)), Bob.SliceOf(grant))));
    }

    [Fact]
    public void Start_OrderThatNoReaderWouldAccept_Throws()
    {
        var order = Alice.OrderTo(BobId, Bob);
        GrantOrder[] orders =
        [
            order with { Recipients = [] },
            order with { Recipients = [Bob.AsRecipient, Bob.AsRecipient] },
            order with { Recipients = [Bob.AsRecipient with { Device = Bob.Identity }] },
            order with { Recipients = [Carol.AsRecipient] },
            order with { Recipients = [Bob.AsRecipient with { ListSeq = 0 }] },
            order with { Recipients = [Bob.AsRecipient with { ListSeq = 1UL << 53 }] },
            order with { TreeHead = default },
            order with { TreeHead = Encoding.ASCII.GetBytes(new string('A', TreeHead.MaxSize + 1)) },
            order with { TreeHead = UserHeadToken },
            order with { Place = new GrantPlace.Direct(TestAuthority.Shared.Anchor.Hash, AliceId, AliceId) },
            order with { Place = new GrantPlace.Direct(TestAuthority.Shared.Anchor.Hash, BobId, CarolId) },
            order with { Identity = Alice.Encryption },
            order with { IdentityKey = Bob.IdentityKey },
        ];
        Assert.All(orders, static bad => Assert.Throws<ArgumentException>(() => Grants.Start(bad, TestAuthority.Now)));
    }

    [Fact]
    public void GrantSlice_Encoding_IsOneToOne()
    {
        var slice = Bob.SliceOf(ToBob());
        var bytes = slice.Encode();
        var decoded = GrantSlice.TryDecode(bytes)!;
        Assert.Equal(bytes, decoded.Encode());
        Assert.Equal((slice.LeafIndex, slice.LeafCount), (decoded.LeafIndex, decoded.LeafCount));
        Assert.Equal(slice.Path, decoded.Path);
        Assert.Null(GrantSlice.TryDecode([]));
        Assert.Null(GrantSlice.TryDecode([.. bytes, 0]));
        Assert.Equal((slice.ListSeq, slice.ListHash), (decoded.ListSeq, decoded.ListHash));
        Assert.Null(GrantSlice.TryDecode([.. bytes, 0x38, 1]));
        Assert.Null(GrantSlice.TryDecode((slice with { ListSeq = 0 }).Encode()));
        Assert.Null(GrantSlice.TryDecode((slice with { ListSeq = 1UL << 53 }).Encode()));
        Assert.Null(GrantSlice.TryDecode(bytes.AsSpan(0, bytes.Length - 34)));
        Assert.InRange((slice with { EncryptedKey = new byte[512], LeafIndex = int.MaxValue - 1, LeafCount = int.MaxValue, Path = new Digest[32], ListSeq = (1UL << 53) - 1 }).Encode().Length, 1, Limits.Slice);
        Assert.Null(GrantSlice.TryDecode(new byte[Limits.Slice + 1]));
        Assert.Null(GrantSlice.TryDecode((slice with { EncryptedKey = new byte[255] }).Encode()));
        for (var length = 0; length < bytes.Length; length++) Assert.NotEqual(bytes, GrantSlice.TryDecode(bytes.AsSpan(0, length))?.Encode());
    }

    [Fact]
    public void GrantBody_AnotherSpelling_IsNull()
    {
        var body = Forge.Body(Forge.Decrypt(ToBob(), Bob));
        using var json = new CanonicalJsonWriter();
        body.Write(json);
        var text = Encoding.UTF8.GetString(json.Written);
        Assert.NotNull(GrantBody.TryRead(json.Written));
        var (first, second) = body.Members!.Value;
        string[] spellings =
        [
            text + " ", text.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal), text.Replace("\"v\":1", "\"v\":1,\"v\":1", StringComparison.Ordinal),
            text.Replace("\"leaves\":3", "\"leaves\":03", StringComparison.Ordinal), text.Replace("\"leaves\":3", "\"leaves\":65537", StringComparison.Ordinal),
            text.Replace("\"leaves\":3", "\"leaves\":0", StringComparison.Ordinal),
            text.Replace("\"prev\":null", "\"prev\":{}", StringComparison.Ordinal), text.Replace("\"tree\":\"", "\"tree\":\"\\u0001", StringComparison.Ordinal),
            text.Replace("\"tree\":", "\"tree\":null,\"tree\":", StringComparison.Ordinal), text.Replace("}", ",\"x\":1}", StringComparison.Ordinal),
            text.Replace("[", "[ ", StringComparison.Ordinal), text.Replace($"{first}\",\"{second}", $"{second}\",\"{first}", StringComparison.Ordinal),
            text.Replace($"\"{first}\",\"{second}\"", "", StringComparison.Ordinal), text.Replace($"\"{first}\",\"{second}\"", $"\"{first}\"", StringComparison.Ordinal),
            text.Replace($"\"{first}\",\"{second}\"", "\"x\"", StringComparison.Ordinal),
            text.Replace("\"head\":\"\"", $"\"head\":\"{new string('A', 43)}\"", StringComparison.Ordinal), text.Replace("\"epoch\":0", "\"epoch\":1", StringComparison.Ordinal),
        ];
        Assert.All(spellings, spelling => Assert.Null(GrantBody.TryRead(Encoding.UTF8.GetBytes(spelling))));
    }

    private static byte[] SignUserHead()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new UserHead(BobId, 1, default, 0, 1, default, TestAuthority.Now, TestAuthority.Now).Sign(key);
    }

    private static GrantOutcome Open(Func<GrantBody, GrantBody> bend) => Bob.Open(Forge.Grant(Alice, BobId, [Bob], signedFor: [Bob], bend: bend));

    private static RejectReason Reason(GrantOutcome outcome) => Assert.IsType<GrantOutcome.Rejected>(outcome).Reason;
}
