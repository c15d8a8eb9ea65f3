using System.Collections.Concurrent;
using System.Security.Cryptography;
using Google.Protobuf;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;
using UserHead = TalkyWalky.Pki.Log.UserHead;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>Another key for the transparency log while people chat, with the real programs, and who has the old one.</summary>
public sealed class LogKeyTests(Quartet quartet) : IClassFixture<Quartet>
{
    [Fact]
    public async Task ReplaceKey_WhileTwoChat_NobodyNoticesAndOldJoinLinksStayGood()
    {
        await using var place = await quartet.CopyAsync();
        var server = await place.StartServerAsync();
        var (join, ada, bob) = (place.Join, place.Member("ada"), place.Member("bob"));
        var (adaHears, bobHears) = (ada.Start("listen", "--json"), bob.Start("listen", "--json"));
        await SaysAsync(ada, bobHears, "bob", "before");
        await SaysAsync(bob, adaHears, "ada", "before too");

        var replaced = (await AdministerAsync(place, "log", "replace-key", "--reason", "the yearly change")).Expect(0);
        Assert.Contains("the log's key is now ", replaced.Output, StringComparison.Ordinal);
        await SaysAsync(ada, bobHears, "bob", "after");
        await SaysAsync(bob, adaHears, "ada", "after too");

        // Somebody who joins by the link from before, and somebody who was away.
        var dora = place.Member("dora");
        await dora.RegisterAsync();
        await SaysAsync(dora, adaHears, "ada", "new here");
        await SaysAsync(place.Member("cyd"), bobHears, "bob", "back again");

        Assert.Equal(0, await server.SignalAsync("TERM"));
        server = await place.StartServerAsync();
        Assert.Equal(join, place.Join);
        await SaysAsync(ada, bobHears, "bob", "after a restart");

        var log = Path.Combine(place.Folder, "log.jsonl");
        (await AdministerAsync(place, "log", "export", log)).Expect(0);
        var audited = (await Programs.RunAsync(Programs.Server, ["log", "audit", log, "--key", Path.Combine(place.Data, "ca", "log.pub")])).Expect(0).Output;
        Assert.Contains("no fault", audited, StringComparison.Ordinal);
        Assert.Contains("\nkey        ", audited, StringComparison.Ordinal);
        Assert.Contains("the yearly change", (await AdministerAsync(place, "ca", "audit")).Expect(0).Output, StringComparison.Ordinal);
        var watch = place.Member("cyd").Start("log", "watch", "--all");
        await watch.LineAsync(static line => line.Contains("the log's key was replaced", StringComparison.Ordinal));
        await watch.SignalAsync("INT");

        foreach (var listening in new[] { adaHears, bobHears })
        {
            await listening.SignalAsync("INT");
            Assert.DoesNotContain("alarm", listening.Errors(), StringComparison.Ordinal);
        }

        Assert.Equal(["before", "before too", "after", "after too", "after a restart"], (await ada.HistoryAsync("bob")).Select(Messages.Text));
        Assert.False(Directory.Exists(Path.Combine(ada.Profile, "evidence")));
    }

    [Fact]
    public async Task Message_ThatIsFasterThanTheNewsOfTheKey_WaitsForItAndIsShown()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        var (ada, bob) = (server.Listen(server.Ada), server.Listen(server.Bob));
        await server.Ada.UntilAsync(() => Task.FromResult(Heads(server).Count), static heads => heads >= 2);
        var held = new ConcurrentQueue<ServerFrame>();
        var (bobKnows, adaStored) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.Operator.ToDevice = (line, frame) =>
        {
            var isHeld = line.User == "ada" && frame.TreeHead is { Keys.IsEmpty: false };
            if (isHeld) held.Enqueue(frame.Clone());
            if (line.User == "bob" && frame.TreeHead is { Keys.IsEmpty: false }) bobKnows.TrySetResult();
            return Task.FromResult<IEnumerable<ServerFrame>>(isHeld ? [] : [frame]);
        };
        server.Operator.FromDevice = (line, frame) =>
        {
            if (line.User == "ada" && frame.Ack is not null) adaStored.TrySetResult();
            return Task.FromResult<IEnumerable<ClientFrame>>([frame]);
        };
        (await Programs.RunAsync(Programs.Server, ["log", "replace-key", "--reason", "a test", "--data", server.Data])).Expect(0);
        await bobKnows.Task.WaitAsync(TimeSpan.FromSeconds(Programs.Patience));
        (await server.Bob.SendAsync("ada", "by the new key")).Expect(0);
        await adaStored.Task.WaitAsync(TimeSpan.FromSeconds(Programs.Patience));

        server.Operator.ToDevice = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);
        await server.Ada.UntilAsync(() => Task.FromResult(held.Count), static count => count > 0);
        await server.Operator.LineOf("ada").ToDeviceAsync(held.Last());
        await ada.LineAsync(static line => line.Contains("\"text\":\"by the new key\"", StringComparison.Ordinal));
        foreach (var listening in new[] { ada, bob })
        {
            await listening.SignalAsync("INT");
            Assert.DoesNotContain("alarm", listening.Errors(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OldKey_InAThiefsHands_SignsNothingThatCountsAndProvesItself()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        using var stolen = server.OpenLogKey();
        var ada = server.Listen(server.Ada);
        await server.Ada.UntilAsync(() => Task.FromResult(Heads(server).Count), static heads => heads > 0);
        (await Programs.RunAsync(Programs.Server, ["log", "replace-key", "--reason", "it was stolen", "--data", server.Data])).Expect(0);
        var told = (await server.Ada.UntilAsync(() => Task.FromResult(Heads(server).LastOrDefault(static head => !head.Keys.IsEmpty)), static head => head is not null))!;
        var keys = LogKeys.TryRead(LogKey.Of(stolen), told.Keys.Span)!;
        var (head, last) = (TreeHead.TryVerify(told.Token.Span, keys)!, keys.Statements[0]);

        // What the old key says of bob's devices now, about whichever tree.
        foreach (var size in new[] { last.Size, head.Size })
        {
            server.Operator.ToDevice = Changing(found =>
            {
                var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                var real = UserHead.TryRead(found.Statement.Head.Span)!;
                found.Statement.Head = ByteString.CopyFrom((real with { Size = size, Root = size == last.Size ? last.Root : head.Root, Time = now, Expires = now.AddHours(1) }).Sign(stolen));
            });
            Assert.Equal(5, (await server.Ada.SendAsync("bob", $"not by a stolen key {size}")).Exit);
        }

        Assert.DoesNotContain(server.Operator.FromDevices, static frame => frame.Publish is not null);
        server.Operator.ToDevice = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);

        // Another log by the new key, proven to anyone by the first; then another successor by the stolen one.
        using (var present = server.OpenLogKey())
        {
            var split = (head with { Root = Digest.Sha256([1]), Time = head.Time.AddMilliseconds(1) }).Sign(present);
            await server.Operator.LineOf("ada").ToDeviceAsync(Told(split, told.Keys.ToByteArray()));
        }

        await ada.ErrorLineAsync(static line => line.Contains("two versions of the transparency log", StringComparison.Ordinal));
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var statement = (last with { Key = LogKey.Of(own) }).Sign(stolen);
        await server.Operator.LineOf("ada").ToDeviceAsync(Told((head with { Time = head.Time.AddMilliseconds(1) }).Sign(own), [.. statement, (byte)'\n']));
        var evidence = Path.Combine(server.Ada.Profile, "evidence");
        await server.Ada.UntilAsync(() => Task.FromResult(Directory.GetFiles(evidence).Length), static files => files == 2);
        foreach (var file in Directory.GetFiles(evidence))
            Assert.Contains("proven", (await Programs.RunAsync(Programs.Client, ["log", "verify", file, "--key", Path.Combine(server.Data, "ca", "log.pub")])).Expect(0).Output, StringComparison.Ordinal);

        var bob = server.Listen(server.Bob);
        await SaysAsync(server.Ada, bob, "bob", "by the log that goes on");
    }

    private static async Task SaysAsync(Member who, RunningProgram listening, string to, string text)
    {
        var sent = await who.SendAsync(to, text);
        Assert.True(sent.Exit is 0 or 5, sent.Errors); // 5: it is queued, and goes out when the connection or a head is back
        await listening.LineAsync(line => line.Contains($"\"text\":\"{text}\"", StringComparison.Ordinal));
    }

    private static Task<Finished> AdministerAsync(Place place, params string[] command) => Programs.RunAsync(Programs.Server, [.. command, "--data", place.Data]);

    private static List<Wire.Frames.TreeHead> Heads(DishonestServer server) => [.. server.Operator.FromServer.Select(static frame => frame.TreeHead).Where(static head => head is not null)];

    private static Func<FrameProxy.Line, ServerFrame, Task<IEnumerable<ServerFrame>>> Changing(Action<PersonFound> bob) => (line, frame) =>
    {
        if (line.User == "ada" && frame.PersonFound is { Person.Username: "bob" } found) bob(found);
        return Task.FromResult<IEnumerable<ServerFrame>>([frame]);
    };

    private static ServerFrame Told(byte[] token, byte[] keys) => new() { TreeHead = new Wire.Frames.TreeHead { Token = ByteString.CopyFrom(token), Keys = ByteString.CopyFrom(keys) } };
}
