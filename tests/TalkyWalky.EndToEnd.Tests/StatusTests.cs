using System.Diagnostics;
using System.Net.WebSockets;
using Google.Protobuf;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>Revocation as the real programs take it, from an honest server and from one that does not want it known.</summary>
public sealed class StatusTests(Quartet quartet) : IClassFixture<Quartet>
{
    private const string NotSent = "Bob's certificate was revoked on ";

    /// <summary>From the end of the administrator's command until a connected device has the list.</summary>
    private static readonly TimeSpan Goal = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Revoke_WhileAPeerIsConnected_IsKnownThereWithinSeconds()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        server.Listen(server.Ada);
        (await server.Ada.SendAsync("bob", "before")).Expect(0);
        var known = Lists(server);
        await server.RevokeAsync("bob");
        var watch = Stopwatch.StartNew();
        while (Lists(server) == known)
        {
            Assert.True(watch.Elapsed < Goal, "the list of revoked certificates did not come in time");
            await Task.Delay(20);
        }

        var sent = await server.Ada.SendAsync("bob", "after");
        Assert.NotEqual(0, sent.Exit);
        Assert.Contains(NotSent, sent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operator_GoesOnListingARevokedDevice_TheMessageFailsAndSaysSince()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        server.Listen(server.Ada);
        PersonFound? bob = null;
        server.Operator.ToDevice = (line, frame) =>
        {
            if (line.User != "ada" || frame.PersonFound?.Person?.Username != "bob") return Task.FromResult<IEnumerable<ServerFrame>>([frame]);
            if (bob is null) bob = frame.PersonFound.Clone();
            else frame.PersonFound = new PersonFound(bob) { Request = frame.PersonFound.Request };
            return Task.FromResult<IEnumerable<ServerFrame>>([frame]);
        };
        (await server.Ada.SendAsync("bob", "before")).Expect(0);
        await server.RevokeAsync("bob");
        await server.Ada.UntilAsync(() => server.Ada.RunAsync(["contact", "show", "bob", "--json"]), static shown => shown.Output.Contains("\"status\":\"revoked\"", StringComparison.Ordinal));
        var sent = await server.Ada.SendAsync("bob", "after");
        Assert.NotEqual(0, sent.Exit);
        Assert.Contains(NotSent, sent.Errors, StringComparison.Ordinal);
        Assert.Contains("your message was not sent.", sent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operator_KeepsListsBack_NothingIsSentAndItSaysWhy()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        server.Operator.ToDevice = (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>(frame.BodyCase == ServerFrame.BodyOneofCase.RevocationList ? [] : [frame]);
        var sent = await server.Ada.SendAsync("bob", "now");
        Assert.NotEqual(0, sent.Exit);
        Assert.Contains("has not sent its list of revoked certificates", sent.Errors, StringComparison.Ordinal);
        server.Operator.ToDevice = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);
        server.Listen(server.Ada);
        await server.Ada.SettledAsync();
    }

    [Fact]
    public async Task Operator_SendsAListOverTheBound_NothingIsSentAndItSaysWhy()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        var part = UnsafeByteOperations.UnsafeWrap(new byte[Limits.RevocationListPart]);
        var parts = Enumerable.Range(0, 20).Select(_ => new ServerFrame { RevocationList = new RevocationList { Der = part, More = true } })
            .Append(new ServerFrame { RevocationList = new RevocationList { Der = part } });
        server.Operator.ToDevice = (_, frame) => Task.FromResult(frame.BodyCase == ServerFrame.BodyOneofCase.RevocationList ? parts : [frame]);
        await server.Ada.UntilAsync(
            () => server.Ada.SendAsync("bob", "now"), static sent => sent.Exit != 0 && sent.Errors.Contains("list of revoked certificates was refused: it is larger than 4194304 bytes", StringComparison.Ordinal));
        server.Operator.ToDevice = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);
        server.Listen(server.Ada);
        await server.Ada.SettledAsync();
    }

    /// <summary>An old list is an alarm once the newer one was kept for a minute, so this test takes as long.</summary>
    [Fact]
    public async Task Operator_BringsBackAnOldList_AlarmsAndGoesOnWithTheNewer()
    {
        await using var server = await DishonestServer.StartAsync(quartet);
        var ada = server.Listen(server.Ada);
        (await server.Ada.SendAsync("bob", "before")).Expect(0);
        var old = server.Operator.FromServer.First(static frame => frame.BodyCase == ServerFrame.BodyOneofCase.RevocationList);
        await server.RevokeAsync("bob");
        await server.Ada.UntilAsync(AfterAsync, static sent => sent.Errors.Contains(NotSent, StringComparison.Ordinal));
        server.Operator.ToDevice = (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame.BodyCase == ServerFrame.BodyOneofCase.RevocationList ? old : frame]);

        var alarm = ada.ErrorLineAsync(static line => line.StartsWith("{\"alarm\":", StringComparison.Ordinal));
        while (!alarm.IsCompleted)
        {
            try
            {
                await server.Operator.LineOf("ada").ToDeviceAsync(old);
            }
            catch (Exception broken) when (broken is WebSocketException or ObjectDisposedException)
            {
                // She connects again by herself, and gets it then.
            }

            await Task.WhenAny(alarm, Task.Delay(500));
        }

        Assert.Contains("brought back an old list of revoked certificates", await alarm, StringComparison.Ordinal);
        Assert.Contains(NotSent, (await AfterAsync()).Errors, StringComparison.Ordinal);

        Task<Finished> AfterAsync() => server.Ada.SendAsync("bob", "after");
    }

    private static int Lists(DishonestServer server) => server.Operator.FromServer.Count(static frame => frame.BodyCase == ServerFrame.BodyOneofCase.RevocationList);
}
