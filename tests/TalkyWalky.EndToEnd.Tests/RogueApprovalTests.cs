using Google.Protobuf;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>A second device that somebody with all keys of the authority logs, as if it had been let in: what the real programs of the owner, and of who writes to him, make of it.</summary>
public sealed class RogueApprovalTests(Quartet quartet) : IClassFixture<Quartet>
{
    [Fact]
    public async Task SecondKey_Logged_AlarmsTheOwnerWhoRevokesItInOneStep()
    {
        await using var place = await quartet.CopyAsync();
        await using var server = await place.StartServerAsync();
        var (ada, bob) = (place.Member("ada"), place.Member("bob"));
        var listening = bob.Start("listen", "--json");
        await bob.UntilAsync(async () => (await bob.RunAsync(["status"])).Output, static status => status.Contains("online", StringComparison.Ordinal));
        await RogueListTests.AddSecondDeviceAsync(place); // by who runs the server, and knows bob's password

        var second = Member.Parse((await place.Member("bob", "bob2").RunAsync(["whoami", "--json"])).Expect(0).Lines).Single().GetProperty("device").GetString()!;
        var revoke = $"talkywalky device revoke {second[..8]}";
        await RogueListTests.AlarmAsync(listening, "A new device was added to your account on ", "let in by an administrator. Was it you? If not, change your password", revoke);

        (await bob.RunAsync([.. revoke.Split(' ')[1..], "--yes"])).Expect(0);
        (await ada.SendAsync("bob", "for bob alone")).Expect(0);
        await listening.LineAsync(static line => line.Contains("\"text\":\"for bob alone\"", StringComparison.Ordinal));
        Assert.Empty(await place.Member("bob", "bob2").HistoryAsync("ada"));
        var log = Path.Combine(place.Folder, "log.jsonl");
        (await Programs.RunAsync(Programs.Server, ["log", "export", log, "--data", place.Data])).Expect(0);
        Assert.Contains("no fault", (await Programs.RunAsync(Programs.Server, ["log", "audit", log])).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_ThatIsNone_IsRefusedByWhoWrites()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var list = rogue.ListOf("bob");
        var (added, hidden, mal) = (rogue.Certify("bob", list.User), rogue.Certify("bob", list.User), rogue.Certify("mal", rogue.ListOf("mal").User));
        var key = added.Identity.KeyHash;
        (byte[] Token, bool IsShown, string Says)[] made =
        [
            (mal.Approve(list.User, added.Id, key), true, $"No device of bob let the device {RogueListTests.Short(added.Id)} in, although the transparency log says so"), // by somebody else
            (hidden.Approve(list.User, DeviceId.New(), key), true, "No device of bob let the device"), // for another device
            (added.Approve(list.User, added.Id, key), true, "No device of bob let the device"), // by itself
            (hidden.Approve(list.User, added.Id, mal.Identity.KeyHash), true, "has another key than the one that was let in"),
            (hidden.Approve(list.User, added.Id, key), true, $"The device that let the device {RogueListTests.Short(added.Id)} of bob in is not in the transparency log"),
            (hidden.Approve(list.User, added.Id, key), false, "does not show which device let the device"),
        ];
        OtherLog? shown = null;
        server.Operator.FromDevice = (line, frame) => line.User == "ada" ? shown!.FromDeviceAsync(line, frame) : Task.FromResult<IEnumerable<Wire.Frames.ClientFrame>>([frame]);
        server.Operator.ToDevice = (line, frame) => Task.FromResult(line.User == "ada" ? shown!.ToDevice(frame) : [frame]);
        // One log, in which each list comes with another approval; ada is told each of them as the newest.
        List<DeviceList> lists = [.. made.Select((one, n) => list.Then([.. list.Devices, added.Listed(Admission.ByDevice(one.Token))]) with { Seq = (ulong)n + 2 })];
        for (var n = 0; n < made.Length; n++)
        {
            var (token, isShown, says) = made[n];
            shown = new OtherLog(rogue, lists)
            {
                Says = { [list.User] = lists[n].Seq },
                Beside = found =>
                {
                    RogueListTests.Give(found, list.User, added);
                    found.Statement.Approvals.Clear();
                    if (isShown) found.Statement.Approvals.Add(ByteString.CopyFrom(token));
                },
            };
            if (n == 0) (await server.Ada.SendAsync("bob", "for the first device")).Expect(5);
            await RogueListTests.TroubleAsync(server.Ada, says);
        }

        Assert.DoesNotContain(server.Operator.FromDevices, static frame => frame.Publish is not null);
    }

    [Fact]
    public async Task Approval_ByAnOwnDeviceThatWasCertifiedAndNeverLogged_AlarmsTheOwner()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var list = rogue.ListOf("bob");
        var own = list.Devices[0].Device;
        var (added, copy) = (rogue.Certify("bob", list.User), rogue.Certify("bob", list.User, own));
        var token = copy.Approve(list.User, added.Id, added.Identity.KeyHash);
        var log = new OtherLog(rogue, list.Then([.. list.Devices, added.Listed(Admission.ByDevice(token))])) { Beside = found => RogueListTests.Give(found, list.User, added) };
        RogueListTests.Show(server, "bob", log);
        server.Operator.Https = context => RogueListTests.DevicesAsync(context, (own, RogueListTests.KeyOf(rogue, list), null), (added.Id, added.Identity.KeyHash, token));
        await RogueListTests.AlarmAsync(server.Listen(server.Bob), "A new device was added to your account on ", "let in by another device of yours, as the log says. Was it you?");
    }
}
