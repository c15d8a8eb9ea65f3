using System.Text.Json;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using TalkyWalky.EndToEnd.Tests.Harness;
using TalkyWalky.Harness;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.EndToEnd.Tests;

/// <summary>What the real programs do when somebody with all keys of the authority, and the server too, tells lies about people's devices. docs/transparency.md has the same as a table.</summary>
public sealed class RogueListTests(Quartet quartet) : IClassFixture<Quartet>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task OldListSignedAnew_ForWhomHasSeenANewerOne_IsRefusedAndProven()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet, AddSecondDeviceAsync);
        using var rogue = server.Rogue!;
        var ada = server.Listen(server.Ada);
        (await server.Ada.SendAsync("bob", "for both devices")).Expect(0);
        var bob = rogue.ListOf("bob");
        Assert.Equal((2UL, 2), (bob.Seq, bob.Devices.Count));
        // In the very tree that everybody has, the list before is called the newest: the second device is hidden.
        var log = new OtherLog(rogue) { Says = { [bob.User] = 1 }, Beside = found => found.Devices.Remove(found.Devices.Single(one => !one.Device_.Span.SequenceEqual(First(rogue, bob).ToArray()))) };
        server.Operator.ToDevice = (line, frame) => Task.FromResult(line.User == "ada" && frame.PersonFound is { Person.Username: "bob" } ? log.ToDevice(frame) : [frame]);

        var sent = (await server.Ada.SendAsync("bob", "for one")).Expect(5);

        Assert.Contains("an older list of bob's devices than one that this device has seen", sent.Errors, StringComparison.Ordinal);
        await AlarmAsync(ada, "an older list of bob's devices is the newest, although this device has seen a newer one");
        await ProvenAsync(server.Ada, "device list 1 of");
        server.Operator.ToDevice = static (_, frame) => Task.FromResult<IEnumerable<ServerFrame>>([frame]);
        (await server.Ada.SendAsync("bob", "for both again")).Expect(0);
    }

    [Fact]
    public async Task OldListSignedAnew_ForWhomHasSeenNoOther_TheOwnerLearnsByTheFirstMessage()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        // A device of bob's that the log has since two hours ago, of which ada is not told.
        var first = rogue.ListOf("bob");
        var second = first.Then([.. first.Devices, rogue.Certify("bob", first.User).Listed(Admission.Administrator)]);
        second = second with { Time = second.Time.AddHours(-2) };
        Show(server, "ada", new OtherLog(rogue, second) { Says = { [first.User] = 1 } });
        Show(server, "bob", new OtherLog(rogue, second));
        var bob = server.Listen(server.Bob);
        await AlarmAsync(bob, "A new device was added to your account");

        (await server.Ada.SendAsync("bob", "for the first device")).Expect(0);

        await AlarmAsync(bob, "ada was shown an old list of your devices, as if nothing had changed since");
        await bob.LineAsync(static line => line.Contains("\"text\":\"for the first device\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SecondFirstDevice_IsRefusedByWhoWritesAndAlarmsTheOwner()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var ada = server.Listen(server.Ada);
        (await server.Ada.SendAsync("bob", "for the first device")).Expect(0);
        var list = rogue.ListOf("bob");
        var second = rogue.Certify("bob", list.User);
        var log = new OtherLog(rogue, list.Then(list.Devices[0] with { LetIn = Admission.Administrator }, second.Listed(Admission.First))) { Beside = found => Give(found, list.User, second) };
        Show(server, "ada", log);
        Show(server, "bob", log);
        server.Operator.Https = context => DevicesAsync(context, (list.Devices[0].Device, KeyOf(rogue, list), null));
        server.Operator.Cut("ada");

        await TroubleAsync(server.Ada, "A new device of bob came in as if it were the first");
        await AlarmAsync(ada, "says of a new device of bob that it is the first one, although bob had devices before");
        var bob = server.Listen(server.Bob);
        await AlarmAsync(bob, $"{Short(second.Id)}, that the server does not tell you of");
        await AlarmAsync(bob, $"A new device was added to your account on ", $"{Short(second.Id)}, let in as your first. Was it you? If not, change your password and revoke it");
    }

    [Fact]
    public async Task TwoListsOfOneNumber_AreRefusedAndProven()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var ada = server.Listen(server.Ada);
        (await server.Ada.SendAsync("bob", "for the first device")).Expect(0);
        var list = rogue.ListOf("bob");
        var second = rogue.Certify("bob", list.User);
        Show(server, "ada", new OtherLog(rogue, list with { Devices = [second.Listed(Admission.First)] }) { Beside = found => Give(found, list.User, second) });
        server.Operator.Cut("ada");

        await TroubleAsync(server.Ada, "has two lists of bob's devices");
        await AlarmAsync(ada, "two lists of bob's devices in one place");
        await ProvenAsync(server.Ada, "device list 1 of");
    }

    [Fact]
    public async Task OwnListsWithAGap_AlarmTheOwner()
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var list = rogue.ListOf("bob");
        Show(server, "bob", new OtherLog(rogue, list.Then(list.Devices) with { Seq = 3 }));
        await AlarmAsync(server.Listen(server.Bob), "The lists of your own devices in the transparency log do not follow one another");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ForeignKeyForThisVeryDevice_AlarmsTheOwnerAlsoWhereTheServerHidesIt(bool isHidden)
    {
        await using var server = await DishonestServer.StartRogueAsync(quartet);
        using var rogue = server.Rogue!;
        var list = rogue.ListOf("bob");
        var foreign = rogue.Certify("bob", list.User, list.Devices[0].Device);
        Show(server, "bob", new OtherLog(rogue, list.Then(foreign.Listed(Admission.First)))
        {
            Beside = found =>
            {
                if (isHidden || !found.Person.User.Span.SequenceEqual(list.User.ToArray())) return;
                found.Devices.Clear();
                found.Devices.Add(foreign.Given());
            },
        });
        await AlarmAsync(server.Listen(server.Bob), "names a key for this very device that is not here");
    }

    internal static async Task AddSecondDeviceAsync(Place place)
    {
        var phone = place.Member("bob", "bob2");
        await phone.LoginAsync("--no-wait");
        var pending = (await Programs.RunAsync(Programs.Server, ["device", "list", "--user", "bob", "--json", "--data", place.Data])).Expect(0);
        var device = Member.Parse(pending.Lines).Single(static one => one.GetProperty("state").GetString() == "pending").GetProperty("device").GetString()!;
        (await Programs.RunAsync(Programs.Server, ["device", "approve", device, "--data", place.Data])).Expect(0);
        (await phone.LoginAsync()).Expect(0);
    }

    /// <summary>This person is shown another log than the real one.</summary>
    internal static void Show(DishonestServer server, string user, OtherLog log)
    {
        var (up, down) = (server.Operator.FromDevice, server.Operator.ToDevice);
        server.Operator.FromDevice = (line, frame) => line.User == user ? log.FromDeviceAsync(line, frame) : up(line, frame);
        server.Operator.ToDevice = (line, frame) => line.User == user ? Task.FromResult(log.ToDevice(frame)) : down(line, frame);
    }

    internal static void Give(PersonFound found, UserId to, RogueDevice device)
    {
        if (found.Person.User.Span.SequenceEqual(to.ToArray())) found.Devices.Add(device.Given());
    }

    /// <summary>Waits until this is what is wrong with bob's devices.</summary>
    internal static Task TroubleAsync(Member member, string says) => member.UntilAsync(
        async () => await member.RunAsync(["contact", "show", "bob", "--json"]) is { Exit: 0 } shown ? Member.Parse(shown.Lines).Single().GetProperty("trouble").GetString() ?? "" : "",
        trouble => trouble.Contains(says, StringComparison.Ordinal));

    /// <summary>Waits until an alarm says all this, in whatever order alarms come.</summary>
    internal static async Task AlarmAsync(RunningProgram listening, params string[] parts)
    {
        for (var end = DateTime.UtcNow.AddSeconds(Programs.Patience); !Alarms(listening).Any(alarm => Array.TrueForAll(parts, part => alarm.Contains(part, StringComparison.Ordinal))); await Task.Delay(Pause))
            Assert.True(DateTime.UtcNow < end, $"no alarm says {string.Join(" ... ", parts)}; stderr: {listening.Errors()}");
    }

    private static IEnumerable<string> Alarms(RunningProgram listening) => listening.Errors().Split('\n')
        .Where(static line => line.StartsWith("{\"alarm\":", StringComparison.Ordinal)).Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("alarm").GetString()!);

    /// <summary>What the authority says of who asks for the own devices.</summary>
    internal static Task DevicesAsync(HttpContext context, params (DeviceId Device, Digest Key, byte[]? Approval)[] devices) => context.Response.WriteAsJsonAsync(new
    {
        devices = devices.Select(static one => new
        {
            device = one.Device.ToString(), name = (string?)null, state = "active", key = one.Key.ToString(), addedAt = 1, loginAt = (long?)null, revokedAt = (long?)null,
            notAfter = DateTimeOffset.UtcNow.AddDays(20).ToUnixTimeMilliseconds(), approval = one.Approval is { } token ? System.Text.Encoding.ASCII.GetString(token) : null,
        }),
    });

    internal static string Short(DeviceId device) => device.ToString()[..8];

    /// <summary>Of the only device on a list.</summary>
    internal static Digest KeyOf(RogueAuthority rogue, DeviceList list) => CertificateKeys.HashOf(
        rogue.Leaves.Select(static leaf => LogEntry.TryRead(leaf)).OfType<LoggedCertificate>().Single(one => Digest.Sha256(one.Der.Span) == list.Devices[0].Identity).Der)!.Value;

    private static DeviceId First(RogueAuthority rogue, DeviceList list) =>
        rogue.Leaves.Select(static leaf => LogEntry.TryRead(leaf)).OfType<DeviceList>().First(one => one.User == list.User).Devices[0].Device;

    private static async Task ProvenAsync(Member member, string what)
    {
        var file = Directory.GetFiles(Path.Combine(member.Profile, "evidence"))[0]; // one for each head that was signed
        Assert.IsType<LogEvidence.HiddenList>(LogEvidence.TryRead(await File.ReadAllBytesAsync(file)));
        Assert.Contains(what, (await member.RunAsync(["log", "verify", file])).Expect(0).Output, StringComparison.Ordinal);
    }
}
