using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>vectors/crypto/session.json: one grant and its first messages, with every key that another implementation needs to check them.</summary>
internal sealed record SessionVector(
    string Note,
    long At,
    string Root,
    string Issuing,
    VectorSender Sender,
    VectorReader Reader,
    VectorGrant Grant,
    VectorKeys Keys,
    IReadOnlyList<VectorMessage> Messages)
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

    private static SessionVector Make()
    {
        const string SenderKey = "rsa3072-01.pem", ReaderKey = "rsa3072-02.pem";
        var authority = TestAuthority.Shared;
        var alice = authority.Enrol(UserId.New(), "alice", identity: TestAuthority.LoadKey(SenderKey));
        var bob = authority.Enrol(UserId.New(), "bob", encryption: TestAuthority.LoadKey(ReaderKey));
        var phone = authority.Enrol(bob.User, "bob");
        var order = alice.OrderTo(bob.User, bob, phone) with { Previous = new SessionEnd(new SessionId(Digest.Sha256("an earlier session"u8)), 7, Digest.Sha256("its end"u8)) };
        var grant = Grants.Start(order, TestAuthority.Now);
        var slice = bob.SliceOf(grant);
        var token = Jws.TryParse(JwsType.Grant, Forge.Decrypt(grant, bob))!;
        var (keys, messages) = SealAll(grant.Session, GrantBody.TryRead(token.Payload.Span)!.Seed);
        return new SessionVector(
            "Test keys: anyone has them. Times are Unix milliseconds, certificates base64 DER, keys and hashes lower-case hex.",
            TestAuthority.Now.ToUnixTimeMilliseconds(),
            Convert.ToBase64String(authority.Root),
            Convert.ToBase64String(authority.Issuing),
            new VectorSender(alice.User.ToString(), alice.Device.ToString(), Convert.ToBase64String(alice.Identity.Der.Span)),
            new VectorReader(bob.User.ToString(), bob.Device.ToString(), Convert.ToBase64String(bob.Encryption.Der.Span), $"keys/{ReaderKey}"),
            new VectorGrant(
                Encoding.ASCII.GetString(grant.Payload), Convert.ToBase64String(slice.Encode()), Encoding.ASCII.GetString(slice.ToCompactJwe(grant.Payload)),
                slice.LeafIndex, [.. slice.Path.Select(static hash => hash.ToString())], Encoding.UTF8.GetString(token.Payload.Span)),
            keys,
            messages);
    }

    private static (VectorKeys Keys, List<VectorMessage> Messages) SealAll(SendingSession session, byte[] seed)
    {
        MessageBody[] bodies =
        [
            new MessageBody.Text("hello Bob"),
            new MessageBody.Text("line one\nline \"two\" \\ \u0001 漢字 🙂"),
            new MessageBody.Receipt([new MessageId(1), new MessageId(UInt128.MaxValue)]),
            new MessageBody.Text(string.Concat(Enumerable.Repeat("longer than one bucket; ", 20))),
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

            var id = MessageId.New();
            var time = TestAuthority.Now.AddSeconds(messages.Count);
            var message = session.Seal(id, body, time);
            Assert.True(CompactJwe.TrySplit(message.Jwe, Limits.Payload, out var parts));
            var salt = new byte[16];
            MessageHeader.TryParse(parts.Header)!.Value.WriteSalt(salt);
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
/// <param name="Body">The signed JSON.</param>
internal sealed record VectorGrant(string Payload, string Slice, string Token, int LeafIndex, IReadOnlyList<string> Path, string Body);

/// <param name="Chain">ck(0), ck(1), ...</param>
/// <param name="Base">mb(0), mb(1), ...</param>
internal sealed record VectorKeys(string Seed, string Sid, IReadOnlyList<string> Chain, IReadOnlyList<string> Base);

/// <param name="Body">The signed JSON, padding included.</param>
internal sealed record VectorMessage(string Jwe, int N, string Id, long Time, string Key, string Body);
