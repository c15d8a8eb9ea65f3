using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.Pki.Tests.Log;

/// <summary>Tree heads and user heads: what the log's key signed, as that type, and nothing else.</summary>
public sealed class LogHeadTests : IDisposable
{
    private static readonly TreeHead Tree = new(12_345, Digest.Sha256("root"u8), TestLog.Time);

    private static readonly UserHead User =
        new(TestLog.Bob, 3, Digest.Sha256("leaf"u8), 12_344, 12_345, Digest.Sha256("root"u8), TestLog.Time, TestLog.Time + UserHead.MaxLife);

    private readonly TestLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void TryVerify_OwnKey_IsWhatWasSigned()
    {
        Assert.Equal(Tree, TreeHead.TryVerify(_log.Sign(Tree), _log.Keys));
        Assert.Equal(User, UserHead.TryVerify(_log.Sign(User), _log.Keys));
        var largest = Tree with { Size = (1UL << 53) - 1, Time = DateTimeOffset.FromUnixTimeMilliseconds(253402300799999) };
        Assert.Equal(largest, TreeHead.TryVerify(_log.Sign(largest), _log.Keys));
        Assert.InRange(_log.Sign(largest).Length, 1, TreeHead.MaxSize);
        var last = User with { Seq = largest.Size, Index = largest.Size - 1, Size = largest.Size, Time = largest.Time, Expires = largest.Time };
        Assert.Equal(last, UserHead.TryVerify(_log.Sign(last), _log.Keys));
        Assert.InRange(_log.Sign(last).Length, 1, UserHead.MaxSize);
    }

    [Fact]
    public void TryVerify_AnotherKey_IsNull()
    {
        using var other = new TestLog();
        Assert.Null(TreeHead.TryVerify(_log.Sign(Tree), other.Keys));
        Assert.Null(UserHead.TryVerify(_log.Sign(User), other.Keys));
    }

    [Fact]
    public void TryVerify_AnyByteChanged_IsNull()
    {
        foreach (var token in (byte[][])[_log.Sign(Tree), _log.Sign(User)])
        {
            for (var at = 0; at < token.Length; at++)
            {
                foreach (var flip in (byte[])[1, 0x20])
                {
                    var changed = (byte[])token.Clone();
                    changed[at] ^= flip;
                    AssertRefused(changed);
                }
            }

            Damage.Run(seed: 3, rounds: 300, token, AssertRefused);
            AssertRefused([.. token, (byte)'A']);
            AssertRefused([.. token, (byte)'=']);
            AssertRefused([.. token, (byte)' ']);
        }
    }

    [Fact]
    public void TryVerify_AnotherType_IsNull()
    {
        // Each payload under each type that an ES256 key can sign: a signature means one thing.
        foreach (var payload in (byte[][])[Payload(_log.Sign(Tree)), Payload(_log.Sign(User))])
        {
            foreach (var type in (JwsType[])[JwsType.TreeHead, JwsType.UserHead, JwsType.Message, JwsType.Signal])
            {
                var token = _log.Sign(type, payload);
                Assert.Equal(type == JwsType.TreeHead && payload.AsSpan().SequenceEqual(Payload(_log.Sign(Tree))), TreeHead.TryVerify(token, _log.Keys) is not null);
                Assert.Equal(type == JwsType.UserHead && payload.AsSpan().SequenceEqual(Payload(_log.Sign(User))), UserHead.TryVerify(token, _log.Keys) is not null);
            }
        }
    }

    [Fact]
    public void TryVerify_MembersBent_IsNull()
    {
        Assert.All(BentJson.Of(Payload(_log.Sign(Tree))), bent => Assert.Null(TreeHead.TryVerify(_log.Sign(JwsType.TreeHead, bent), _log.Keys)));
        Assert.All(BentJson.Of(Payload(_log.Sign(User))), bent => Assert.Null(UserHead.TryVerify(_log.Sign(JwsType.UserHead, bent), _log.Keys)));
    }

    [Fact]
    public void TryVerify_SignedButOutOfBounds_IsNull()
    {
        Assert.Null(TreeHead.TryVerify(_log.Sign(Tree with { Size = 0 }), _log.Keys));
        Assert.Null(TreeHead.TryVerify(_log.Sign(Tree with { Size = 1UL << 53 }), _log.Keys));
        UserHead[] users =
        [
            User with { Seq = 0 }, User with { Seq = 1UL << 53 }, User with { Index = 12_345 }, User with { Index = 0, Size = 0 }, User with { Size = 1UL << 53 },
            User with { Expires = User.Time.AddMilliseconds(-1) }, User with { Expires = User.Time + UserHead.MaxLife + TimeSpan.FromMilliseconds(1) },
        ];
        Assert.All(users, head => Assert.Null(UserHead.TryVerify(_log.Sign(head), _log.Keys)));
        var padded = Encoding.UTF8.GetString(Payload(_log.Sign(Tree))).Replace("}", $",\"pad\":\"{new string('x', 300)}\"}}", StringComparison.Ordinal);
        Assert.Null(TreeHead.TryVerify(_log.Sign(JwsType.TreeHead, Encoding.UTF8.GetBytes(padded)), _log.Keys));
    }

    private static byte[] Payload(byte[] token) => System.Buffers.Text.Base64Url.DecodeFromChars(Encoding.ASCII.GetString(token).Split('.')[1]);

    private void AssertRefused(byte[] token)
    {
        Assert.Null(TreeHead.TryVerify(token, _log.Keys));
        Assert.Null(UserHead.TryVerify(token, _log.Keys));
    }
}
