using System.Diagnostics;
using TalkyWalky.Pki;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using Xunit.Abstractions;

namespace TalkyWalky.Crypto.Tests;

/// <summary>A grant for a large room; with full effort of 1,000 devices.</summary>
public sealed class GrantScaleTests(ITestOutputHelper output)
{
    private static readonly int Devices = Effort.Count(usual: 200, full: 1000);

    [Fact]
    public void Start_ManyDevices_GivesEachASmallSliceThatOpens()
    {
        var alice = TestAuthority.Shared.Enrol(UserId.New(), "alice");
        var keys = Enumerable.Range(1, 39).Select(static i => TestAuthority.LoadKey($"rsa3072-{i:00}.pem")).ToArray();
        var certificates = Enumerable.Range(0, Devices).Select(i => TestAuthority.Shared.Verify(
            TestAuthority.Shared.Issue(UserId.New(), DeviceId.New(), $"u{i}", keys[i % keys.Length], DeviceKeyUse.Encryption), DeviceKeyUse.Encryption)).ToArray();
        var room = new GrantPlace.Room(new ConversationId(Digest.Sha256("room"u8)), 1, Digest.Sha256("head"u8));
        var order = new GrantOrder(alice.Identity, alice.IdentityKey, [TestAuthority.Shared.Issuing], room, [.. certificates.Select(static (device, i) => new GrantRecipient(device, (ulong)i + 1, Digest.Sha256(device.Der.Span)))], TestAuthority.Shared.TreeHead, null);

        var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var grant = Grants.Start(order, TestAuthority.Now);
        output.WriteLine($"{Devices} devices: {clock.Elapsed.TotalMilliseconds:0} ms, {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:0} ms of processor time");

        var slices = grant.Slices.ToDictionary(static slice => slice.Device, static slice => slice.Slice.Encode());
        output.WriteLine($"shared payload {grant.Payload.Length} bytes, slices {slices.Values.Average(static slice => slice.Length):0} bytes each, at most {slices.Values.Max(static slice => slice.Length)}");
        Assert.Equal(Devices, slices.Count);
        Assert.All(slices.Values, static slice => Assert.InRange(slice.Length, 384, 800));
        foreach (var i in (int[])[0, 1, Devices / 2, Devices - 1])
        {
            var (device, key) = (certificates[i], keys[i % keys.Length]);
            var reader = new GrantReader(TestAuthority.Shared.Anchor, device.User, device.Device, [], TestAuthority.Now);
            clock.Restart();
            var opened = Grants.Open(grant.Payload, GrantSlice.TryDecode(slices[device.Device])!, [new EncryptionKey(key, device.CertificateHash)], reader);
            output.WriteLine($"opened in {clock.Elapsed.TotalMilliseconds:0.0} ms");
            Assert.Equal(room, Assert.IsType<GrantOutcome.Opened>(opened).Place);
        }
    }
}
