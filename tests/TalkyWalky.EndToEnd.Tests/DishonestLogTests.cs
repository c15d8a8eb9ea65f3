using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>What the real programs do when whoever runs the server has the keys of the CA and of the transparency log too, and uses them.</summary>
public sealed class DishonestLogTests(Quartet quartet) : IClassFixture<Quartet>
{
    [Fact]
    public async Task SecondKey_ForAKnownDeviceButNotLogged_NothingIsSealedForIt()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        using var issuing = server.OpenIssuingAuthority();
        Device? forged = null;
        server.Operator.ToDevice = Changing(found =>
        {
            forged ??= Forge(found.Devices[0], issuing);
            found.Devices[0] = forged;
        });
        var sent = await server.Ada.SendAsync("bob", "for bob only");
        Assert.Equal(5, sent.Exit);
        Assert.Contains("does not give all devices of bob that the transparency log lists", sent.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Operator.FromDevices, static frame => frame.Publish is not null);
    }

    [Fact]
    public async Task Device_CertifiedButNotLogged_GetsNothingAndAlarms()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        using var issuing = server.OpenIssuingAuthority();
        var (ada, bob, ghost) = (server.Listen(server.Ada), server.Listen(server.Bob), DeviceId.New());
        Device? added = null;
        server.Operator.ToDevice = Changing(found => found.Devices.Add(added ??= Forge(found.Devices[0], issuing, ghost)));
        await server.Ada.SendAsync("bob", "for bob only");
        await bob.LineAsync(static line => line.Contains("\"text\":\"for bob only\"", StringComparison.Ordinal));
        Assert.Contains("that is not in the transparency log", await AlarmAsync(ada), StringComparison.Ordinal);
        Assert.DoesNotContain(
            server.Operator.FromDevices.Where(static frame => frame.Publish is not null).SelectMany(static frame => frame.Publish.Recipients), one => one.Device.Span.SequenceEqual(ghost.ToArray()));
    }

    [Fact]
    public async Task Device_OfThoseThatTheLogListsIsNotGiven_TheMessageWaits()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        server.Operator.ToDevice = Changing(static found => found.Devices.Clear());
        var sent = await server.Ada.SendAsync("bob", "for bob");
        Assert.Equal(5, sent.Exit);
        Assert.Contains("does not give all devices of bob that the transparency log lists", sent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statement_IsMissingOrRanOut_TheMessageWaits()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        server.Operator.ToDevice = Changing(static found => found.Statement = null);
        Assert.Contains("does not show what the transparency log says of bob's devices", (await server.Ada.SendAsync("bob", "one")).Errors, StringComparison.Ordinal);
        using var key = server.OpenLogKey();
        server.Operator.ToDevice = Changing(found =>
        {
            var head = UserHead.TryVerify(found.Statement.Head.Span, LogKeys.Of(LogKey.Of(key)))!;
            var old = head with { Time = head.Time - TimeSpan.FromHours(2), Expires = head.Expires - TimeSpan.FromHours(2) };
            found.Statement.Head = ByteString.CopyFrom(old.Sign(key));
        });
        Assert.Contains("does not count now by this computer's clock", (await server.Ada.SendAsync("bob", "two")).Errors, StringComparison.Ordinal);
        server.Operator.ToDevice = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);
        Assert.Equal(0, (await server.Ada.SendAsync("bob", "three")).Exit);
    }

    [Fact]
    public async Task Statement_OfAnotherLog_TheMessageWaitsAndItAlarms()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        using var key = server.OpenLogKey();
        var ada = server.Listen(server.Ada);
        // A log of one leaf, in which bob's list is what the operator likes; here it is the true one.
        server.Operator.ToDevice = Changing(found =>
        {
            var head = UserHead.TryVerify(found.Statement.Head.Span, LogKeys.Of(LogKey.Of(key)))!;
            found.Statement.Head = ByteString.CopyFrom((head with { Index = 0, Size = 1, Root = head.Leaf }).Sign(key));
            found.Statement.Path.Clear();
        });
        var sent = await server.Ada.SendAsync("bob", "not by that log");
        Assert.Equal(5, sent.Exit);
        Assert.Contains("another transparency log", sent.Errors, StringComparison.Ordinal);
        Assert.Contains("two versions of the transparency log", await AlarmAsync(ada), StringComparison.Ordinal);
        await ProvenAsync(server.Ada);
    }

    [Fact]
    public async Task TreeHead_OfAnotherLog_AlarmsWithEvidenceThatAnyoneCanCheck()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        using var key = server.OpenLogKey();
        var ada = server.Listen(server.Ada);
        var head = await HeadAsync(server, key);
        await server.Operator.LineOf("ada").ToDeviceAsync(Told(head with { Root = Digest.Sha256([1]), Time = head.Time.AddMilliseconds(1) }, key));
        Assert.Contains("two versions of the transparency log", await AlarmAsync(ada), StringComparison.Ordinal);
        await ProvenAsync(server.Ada);
        Assert.Equal(0, (await server.Ada.SendAsync("bob", "by the log that was seen first")).Exit);
    }

    [Fact]
    public async Task TreeHead_OfASmallerTreeSignedLater_AlarmsAndIsNotFollowed()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        using var key = server.OpenLogKey();
        var ada = server.Listen(server.Ada);
        var head = await HeadAsync(server, key);
        await server.Operator.LineOf("ada").ToDeviceAsync(Told(head with { Size = 1, Time = head.Time.AddMilliseconds(1) }, key));
        Assert.Contains("shows the transparency log as it was earlier", await AlarmAsync(ada), StringComparison.Ordinal);
        Assert.Equal(0, (await server.Ada.SendAsync("bob", "as before")).Exit);
    }

    private static Func<FrameProxy.Line, ServerFrame, Task<IEnumerable<ServerFrame>>> Changing(Action<PersonFound> bob) => (line, frame) =>
    {
        if (line.User == "ada" && frame.PersonFound is { Person.Username: "bob" } found) bob(found);
        return Task.FromResult<IEnumerable<ServerFrame>>([frame]);
    };

    private static Task<string> AlarmAsync(RunningProgram listening) => listening.ErrorLineAsync(static line => line.StartsWith("{\"alarm\":", StringComparison.Ordinal));

    /// <summary>The newest that ada was told.</summary>
    private static async Task<TreeHead> HeadAsync(DishonestServer server, ECDsa key) => await server.Ada.UntilAsync(
        () => Task.FromResult(server.Operator.FromServer.Select(static frame => frame.TreeHead).OfType<Wire.Frames.TreeHead>().LastOrDefault() is { } told ? TreeHead.TryVerify(told.Token.Span, LogKeys.Of(LogKey.Of(key))) : null),
        static head => head is not null) ?? throw new InvalidOperationException("no head came");

    private static ServerFrame Told(TreeHead head, ECDsa key) => new() { TreeHead = new Wire.Frames.TreeHead { Token = ByteString.CopyFrom(head.Sign(key)) } };

    private static async Task ProvenAsync(Member member)
    {
        var file = Directory.GetFiles(Path.Combine(member.Profile, "evidence"))[0];
        Assert.Equal(0, (await member.RunAsync(["log", "verify", file])).Exit);
    }

    /// <summary>What the CA would issue for the same device, for keys of the operator.</summary>
    private static Device Forge(Device device, X509Certificate2 issuing, DeviceId? other = null)
    {
        Assert.True(DeviceId.TryRead(device.Device_.Span, out var own));
        var named = other ?? own;
        return new Device(device)
        {
            Device_ = ByteString.CopyFrom(named.ToArray()),
            IdentityCertificate = Forge(device.IdentityCertificate, issuing, own, named),
            EncryptionCertificate = Forge(device.EncryptionCertificate, issuing, own, named),
        };
    }

    private static ByteString Forge(ByteString der, X509Certificate2 issuing, DeviceId own, DeviceId named)
    {
        using var real = X509CertificateLoader.LoadCertificate(der.Span);
        using var key = RSA.Create(3072);
        var request = new CertificateRequest(real.SubjectName, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        foreach (var extension in real.Extensions)
        {
            var text = Encoding.Latin1.GetString(extension.RawData).Replace(own.ToString(), named.ToString(), StringComparison.Ordinal);
            request.CertificateExtensions.Add(extension is X509SubjectKeyIdentifierExtension
                ? new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false)
                : new X509Extension(extension.Oid!, Encoding.Latin1.GetBytes(text), extension.Critical));
        }

        using var forged = request.Create(issuing, new DateTimeOffset(real.NotBefore), new DateTimeOffset(real.NotAfter), [0x01, .. RandomNumberGenerator.GetBytes(15)]);
        return ByteString.CopyFrom(forged.RawData);
    }
}
