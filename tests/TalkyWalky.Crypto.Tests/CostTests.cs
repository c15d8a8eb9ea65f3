using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Crypto.Tests;

/// <summary>
/// What a message and a grant may allocate: some 7.1 and 5.5 KiB for sealing and opening 512 bytes of text, 2 KiB a device (docs/performance.md), and a little more.
/// Whoever needs more looks why first.
/// </summary>
public sealed class CostTests
{
    private static readonly MessageBody Body = new MessageBody.Text(new string('x', 512));

    [Fact]
    public void Seal_AllocatesLittle()
    {
        var (sender, _) = Sessions.Start();
        Assert.InRange(Allocated(() => sender.Seal(MessageId.New(), Body, Sessions.Time).Next.Dispose()), 1, 8 * 1024);
    }

    [Fact]
    public void Open_AllocatesLittle()
    {
        var (sender, receiver) = Sessions.Start();
        var jwe = sender.Seal(MessageId.New(), Body, Sessions.Time).Jwe;
        Assert.InRange(Allocated(() => Assert.IsType<OpenOutcome.Opened>(receiver.Open(jwe)).Next.Dispose()), 1, 7 * 1024);
    }

    [Fact]
    public void Grant_AllocatesByTheNumberOfDevices()
    {
        var few = Allocated(Grant(8));
        var many = Allocated(Grant(24));
        Assert.InRange((many - few) / 16, 1, 3 * 1024);
    }

    [Fact]
    public void Wrap_ManyAtOnce_AllOpen()
    {
        var key = TestAuthority.LoadKey("rsa3072-01.pem");
        var device = TestAuthority.Shared.Verify(TestAuthority.Shared.Issue(UserId.New(), DeviceId.New(), "u", key, DeviceKeyUse.Encryption), DeviceKeyUse.Encryption);
        var wrapped = new byte[64][];
        Parallel.For(0, wrapped.Length, i => wrapped[i] = device.Wrap([(byte)i]));
        for (var i = 0; i < wrapped.Length; i++)
            Assert.Equal([(byte)i], key.Decrypt(wrapped[i], System.Security.Cryptography.RSAEncryptionPadding.OaepSHA256));
    }

    private static Action Grant(int devices)
    {
        var alice = TestAuthority.Shared.Enrol(UserId.New(), "alice");
        var key = TestAuthority.LoadKey("rsa3072-01.pem");
        var recipients = Enumerable.Range(0, devices).Select(i => new GrantRecipient(
            TestAuthority.Shared.Verify(TestAuthority.Shared.Issue(UserId.New(), DeviceId.New(), $"u{i}", key, DeviceKeyUse.Encryption), DeviceKeyUse.Encryption), 1, Digest.Sha256("list"u8)));
        var room = new GrantPlace.Room(new ConversationId(Digest.Sha256("room"u8)), 1, Digest.Sha256("head"u8));
        var order = new GrantOrder(alice.Identity, alice.IdentityKey, [TestAuthority.Shared.Issuing], room, [.. recipients], TestAuthority.Shared.TreeHead, Previous: null);
        return () => Grants.Start(order, TestAuthority.Now).Session.Dispose();
    }

    // The least of several: what is made once, and what the compiler makes beside it, does not count.
    private static long Allocated(Action act)
    {
        var least = long.MaxValue;
        for (var n = 0; n < 20; n++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            act();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
