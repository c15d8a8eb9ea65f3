using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>vectors/crypto/session.json: a direct grant with its first messages and a signal, a room's grant and one between own devices, with every key that another implementation needs to check them.</summary>
internal sealed record SessionVector(
    string Note,
    long At,
    string Root,
    string Log,
    string Issuing,
    VectorSender Sender,
    VectorSender OwnSender,
    VectorReader Reader,
    VectorGrant Grant,
    VectorKeys Keys,
    IReadOnlyList<VectorMessage> Messages,
    VectorSignal Signal,
    VectorGrant RoomGrant,
    VectorGrant OwnGrant)
{
    private static readonly string File = Repository.Vectors("crypto", "session.json");
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static SessionVector Load() => JsonSerializer.Deserialize<SessionVector>(System.IO.File.ReadAllBytes(File), Options)!;

    /// <summary>Makes the file anew, for a change of the format: keys from the pool, everything else fresh.</summary>
    public static void Write() => System.IO.File.WriteAllText(File, JsonSerializer.Serialize(Make(), Options) + "\n");

    public static GrantPlace.Room Room { get; } = new(new ConversationId(Digest.Sha256("a room"u8)), 3, Digest.Sha256("its third commit"u8));

    private static SessionVector Make()
    {
        const string SenderKey = "rsa3072-01.pem", ReaderKey = "rsa3072-02.pem", OwnSenderKey = "rsa3072-03.pem";
        var authority = TestAuthority.Shared;
        var alice = authority.Enrol(UserId.New(), "alice", identity: TestAuthority.LoadKey(SenderKey));
        var bob = authority.Enrol(UserId.New(), "bob", encryption: TestAuthority.LoadKey(ReaderKey));
        var phone = authority.Enrol(bob.User, "bob", identity: TestAuthority.LoadKey(OwnSenderKey));
        var order = alice.OrderTo(bob.User, bob, phone) with { Previous = new SessionEnd(new SessionId(Digest.Sha256("an earlier session"u8)), 7, Digest.Sha256("its end"u8)) };
        var grant = Grants.Start(order, TestAuthority.Now);
        var seed = Forge.Body(Forge.Decrypt(grant, bob)).Seed;
        var (keys, messages) = SealAll(grant.Session, seed);
        return new SessionVector(
            "Test keys: anyone has them. Times are Unix milliseconds, certificates base64 DER, keys and hashes lower-case hex.",
            TestAuthority.Now.ToUnixTimeMilliseconds(),
            Convert.ToBase64String(authority.Root),
            Convert.ToBase64String(authority.Anchor.Log!.Info.Span),
            Convert.ToBase64String(authority.Issuing),
            Describe(alice),
            Describe(phone),
            new VectorReader(bob.User.ToString(), bob.Device.ToString(), Convert.ToBase64String(bob.Encryption.Der.Span), $"keys/{ReaderKey}"),
            Describe(grant, bob),
            keys,
            messages,
            SealSignal(grant.Session, seed),
            Describe(Grants.Start(alice.OrderIn(Room, phone, bob), TestAuthority.Now), bob),
            Describe(Grants.Start(phone.OrderIn(new GrantPlace.Direct(authority.Anchor.Hash, bob.User, bob.User), bob), TestAuthority.Now), bob));
    }

    private static VectorSender Describe(TestDevice device) => new(device.User.ToString(), device.Device.ToString(), Convert.ToBase64String(device.Identity.Der.Span));

    private static VectorGrant Describe(StartedSession grant, TestDevice reader)
    {
        var slice = reader.SliceOf(grant);
        var token = Jws.TryParse(JwsType.Grant, Forge.Decrypt(grant, reader))!;
        return new VectorGrant(
            Encoding.ASCII.GetString(grant.Payload), Convert.ToBase64String(slice.Encode()), Encoding.ASCII.GetString(slice.ToCompactJwe(grant.Payload)),
            slice.LeafIndex, [.. slice.Path.Select(static hash => hash.ToString())], slice.ListSeq, slice.ListHash.ToString(), Encoding.UTF8.GetString(token.Payload.Span));
    }

    private static VectorSignal SealSignal(SendingSession session, byte[] seed)
    {
        using var signals = SignalKey.Start(seed, session.Id);
        var jwe = session.SealSignal(SignalKind.Typing, TestAuthority.Now)!;
        var header = SignalCodec.TrySplit(jwe, out var parts)!.Value;
        var (salt, key) = (new byte[16], new byte[32]);
        header.WriteSalt(salt);
        KeySchedule.Signal(signals.Bytes, salt, session.Id, header.N, key);
        var token = Jws.TryParse(JwsType.Signal, parts.TryOpen(key))!;
        return new VectorSignal(
            Encoding.ASCII.GetString(jwe), header.N, Convert.ToHexStringLower(signals.Bytes), Convert.ToHexStringLower(key), Encoding.UTF8.GetString(token.Payload.Span));
    }

    private static (VectorKeys Keys, List<VectorMessage> Messages) SealAll(SendingSession session, byte[] seed)
    {
        MessageId[] ids = [.. Enumerable.Range(0, 8).Select(static _ => MessageId.New())];
        MessageBody[] bodies =
        [
            new MessageBody.Text("hello Bob"),
            new MessageBody.Text("line one\nline \"two\" \\ \u0001 漢字 🙂"),
            new MessageBody.Receipt([new MessageId(1), new MessageId(UInt128.MaxValue)]),
            new MessageBody.Text(string.Concat(Enumerable.Repeat("longer than one bucket; ", 20))),
            new MessageBody.Read([new MessageId(2)]),
            new MessageBody.Empty(),
            new MessageBody.Part("the plan\n"u8.ToArray()),
            new MessageBody.File("plan (\"1\") 漢字.txt", "text/plain", 9, Digest.Sha256("the plan\n"u8), [ids[6]]),
        ];
        var chain = ChainKey.Start(seed, session.Id);
        var (chains, bases) = (new List<string>(), new List<string>());
        var messages = new List<VectorMessage>();
        foreach (var body in bodies)
        {
            chains.Add(Convert.ToHexStringLower(chain.Bytes));
            var messageBase = new byte[32];
            chain.Base(messageBase);
            bases.Add(Convert.ToHexStringLower(messageBase));
            chain = chain.Next();

            var id = ids[messages.Count];
            var time = TestAuthority.Now.AddSeconds(messages.Count);
            var message = session.Seal(id, body, time);
            Assert.True(CompactJwe.TrySplit(message.Jwe, Limits.Payload, out var parts));
            var salt = new byte[16];
            SessionHeader.TryParse(HeaderType.Message, parts.Header)!.Value.WriteSalt(salt);
            var key = new byte[32];
            KeySchedule.Message(messageBase, salt, session.Id, message.N, key);
            var token = Jws.TryParse(JwsType.Message, parts.TryOpen(key))!;
            messages.Add(new VectorMessage(
                Encoding.ASCII.GetString(message.Jwe), message.N, id.ToString(), time.ToUnixTimeMilliseconds(), Convert.ToHexStringLower(key), Encoding.UTF8.GetString(token.Payload.Span)));
            session = message.Next;
        }

        return (new VectorKeys(Convert.ToHexStringLower(seed), session.Id.ToString(), chains, bases), messages);
    }
}

internal sealed record VectorSender(string User, string Device, string IdentityCertificate);

/// <param name="EncryptionKey">File below vectors/.</param>
internal sealed record VectorReader(string User, string Device, string EncryptionCertificate, string EncryptionKey);

/// <param name="Slice">Base64 of the protobuf.</param>
/// <param name="Token">The compact JWE that payload and slice make.</param>
/// <param name="ListSeq">Of the device list by which the sender knew the reader.</param>
/// <param name="Body">The signed JSON.</param>
internal sealed record VectorGrant(
    string Payload, string Slice, string Token, int LeafIndex, IReadOnlyList<string> Path, ulong ListSeq, string ListHash, string Body);

/// <param name="Chain">ck(0), ck(1), ...</param>
/// <param name="Base">mb(0), mb(1), ...</param>
internal sealed record VectorKeys(string Seed, string Sid, IReadOnlyList<string> Chain, IReadOnlyList<string> Base);

/// <param name="SignalKey">sk.</param>
/// <param name="Key">Of this signal alone.</param>
internal sealed record VectorSignal(string Jwe, long N, string SignalKey, string Key, string Body);

/// <param name="Body">The signed JSON, padding included.</param>
internal sealed record VectorMessage(string Jwe, int N, string Id, long Time, string Key, string Body);
