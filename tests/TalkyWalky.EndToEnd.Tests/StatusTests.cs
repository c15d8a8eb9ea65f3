using System.Diagnostics;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
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

    private static int Lists(DishonestServer server) => server.Operator.FromServer.Count(static frame => frame.BodyCase == ServerFrame.BodyOneofCase.RevocationList);
}
