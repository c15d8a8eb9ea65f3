using System.Text.Json;
using Google.Protobuf;
using TalkyWalky.Crypto;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>
/// What the real programs do when somebody with all keys of the authority, and the server too, makes a second key for a person or shows different logs to different people.
/// docs/transparency.md has the same as a table.
/// </summary>
public sealed class RogueAuthorityTests(Quartet quartet) : IClassFixture<Quartet>
{
    [Fact]
    public async Task UnloggedKey_WritesInAnothersName_IsNotShownAndAlarms()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var ada = server.Listen(server.Ada);
        var bob = server.Listen(server.Bob);
        (await server.Bob.SendAsync("ada", "really bob")).Expect(0);
        await HearAsync(ada, "really bob");
        var found = server.Operator.FromServer.First(static frame => frame.PersonFound?.Person.Username == "ada").PersonFound;
        var head = server.Operator.FromServer.First(static frame => frame.TreeHead is not null).TreeHead.Token.Memory;
        var from = server.Operator.FromServer.First(static frame => frame.Delivery is not null).Delivery;
        Assert.True(UserId.TryRead(from.FromUser.Span, out var bobsId));

        var second = rogue.Certify("bob", bobsId);
        await WriteAsync(server.Operator.LineOf("ada"), second, found, head, rogue.Anchor, "not bob at all");
        Assert.Contains("that the transparency log does not show", await AlarmAsync(ada), StringComparison.Ordinal);
        (await server.Bob.SendAsync("ada", "bob again")).Expect(0);
        await HearAsync(ada, "bob again");
        Assert.Equal(["really bob", "bob again"], (await server.Ada.HistoryAsync("bob")).Select(Messages.Text));
        await bob.SignalAsync("INT");
    }

    [Fact]
    public async Task TwoLogsForTwoPeople_AreFoundOutAtTheFirstMessageAndProven()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        // Ada is shown a log that says something else at the place where the others' has mal's revocation.
        var other = new OtherLog(rogue, new LoggedCommit(DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), default, 1, Digest.Sha256("what ada is told"u8)));
        server.Operator.FromDevice = (line, frame) => line.User == "ada" ? other.FromDeviceAsync(line, frame) : Task.FromResult<IEnumerable<ClientFrame>>([frame]);
        server.Operator.ToDevice = (line, frame) => Task.FromResult(line.User == "ada" ? other.ToDevice(frame) : [frame]);
        await server.RevokeAsync("mal");
        var bob = server.Listen(server.Bob);
        await server.Bob.UntilAsync(
            () => Task.FromResult(server.Operator.FromServer.Where(static frame => frame.TreeHead is not null).Select(static frame => frame.TreeHead.Token).ToList()),
            tokens => tokens.Exists(token => Pki.Log.TreeHead.TryVerify(token.Span, LogKeys.Of(rogue.LogKey))!.Size > (ulong)rogue.Leaves.Count));

        (await server.Ada.SendAsync("bob", "from another world")).Expect(0);

        var alarm = await AlarmAsync(bob);
        Assert.Contains("two versions of the transparency log", alarm, StringComparison.Ordinal);
        Assert.Empty(await server.Bob.HistoryAsync("ada"));
        await bob.SignalAsync("INT");
        var evidence = Assert.Single(Directory.GetFiles(Path.Combine(server.Bob.Profile, "evidence")));
        Assert.IsType<LogEvidence.SplitView>(LogEvidence.TryRead(await File.ReadAllBytesAsync(evidence)));
        var key = Path.Combine(server.Data, "ca", "log.pub");
        var verified = (await Programs.RunAsync(Programs.Client, ["log", "verify", evidence, "--key", key])).Expect(0);
        Assert.Contains("does not begin with it", verified.Output, StringComparison.Ordinal);
    }

    /// <summary>A grant and a message of the rogue device, delivered as the server would.</summary>
    private static async Task WriteAsync(FrameProxy.Line line, RogueDevice from, PersonFound to, ReadOnlyMemory<byte> head, TrustAnchor anchor, string text)
    {
        var list = (DeviceList)LogEntry.TryRead(to.Statement.List.Span)!;
        var recipients = to.Devices.Select(device => Assert.IsType<DeviceVerification.Verified>(
                DeviceCertificates.Verify(device.EncryptionCertificate.Memory, from.Chain, anchor, DeviceKeyUse.Encryption, DateTimeOffset.UtcNow)).Device)
            .Select(device => new GrantRecipient(device, list.Seq, MerkleProof.HashLeaf(to.Statement.List.Span))).ToList();
        var place = new GrantPlace.Direct(anchor.Hash, from.Identity.User, list.User);
        var started = Grants.Start(new GrantOrder(from.Identity, from.IdentityKey, from.Chain, place, recipients, head, Previous: null), DateTimeOffset.UtcNow);
        var message = started.Session.Seal(MessageId.New(), new MessageBody.Text(text), DateTimeOffset.UtcNow);
        await line.ToDeviceAsync(Deliver(EnvelopeKind.Grant, started.Payload, started.Slices[0].Slice.Encode()));
        await line.ToDeviceAsync(Deliver(EnvelopeKind.Message, message.Jwe, []));

        ServerFrame Deliver(EnvelopeKind kind, byte[] payload, byte[] slice) => new()
        {
            Delivery = new Delivery
            {
                Envelope = new Envelope { Kind = kind, Conversation = Bytes(place.Conversation.ToArray()), Payload = Bytes(payload) },
                FromUser = Bytes(from.Identity.User.ToArray()), FromDevice = Bytes(from.Identity.Device.ToArray()),
                AcceptedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Tag = ulong.MaxValue / 2, Slice = Bytes(slice),
            },
        };
    }

    private static Task<string> HearAsync(RunningProgram listening, string text) => listening.LineAsync(line => line.Contains($"\"text\":\"{text}\"", StringComparison.Ordinal));

    private static async Task<string> AlarmAsync(RunningProgram listening) =>
        JsonDocument.Parse(await listening.ErrorLineAsync(static line => line.StartsWith("{\"alarm\":", StringComparison.Ordinal))).RootElement.GetProperty("alarm").GetString()!;

    private static ByteString Bytes(ReadOnlyMemory<byte> bytes) => ByteString.CopyFrom(bytes.Span);
}
