using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

public sealed class AlarmTests
{
    private static readonly PersonInfo Bob = new(default, "bob", "Bob", PersonPresence.Online, null);

    [Fact]
    public async Task Raise_NobodyListens_IsToldOnceAndKeptUntilAcknowledged()
    {
        await using var profile = await TestProfile.CreateAsync();
        var hub = new EventHub(profile.Database);
        await hub.AlarmAsync("two histories");
        await hub.NoticeAsync("by the way");
        await using (var first = Listen(hub))
        {
            Assert.Equal(new ChatEvent.Notice("by the way"), await NextAsync(first));
            Assert.Equal(new ChatEvent.Alarm(1, "two histories"), await NextAsync(first));
        }

        await using (var second = Listen(hub))
        {
            var next = NextAsync(second);
            while (!hub.HasListeners) await Task.Yield();
            await hub.AlarmAsync("a ghost");
            Assert.Equal(new ChatEvent.Alarm(2, "a ghost"), await next);
        }

        Assert.Equal([new Alarm(1, "two histories"), new Alarm(2, "a ghost")], await AllAsync(profile));
        await profile.Database.RunAsync(static rows => rows.Alarms.Acknowledge(2), CancellationToken.None);
        await hub.AlarmAsync("withheld");
        Assert.Equal([new Alarm(1, "two histories"), new Alarm(3, "withheld")], await AllAsync(profile));
    }

    [Fact]
    public async Task Raise_BehindMoreEventsThanWait_IsToldToEveryListener()
    {
        await using var profile = await TestProfile.CreateAsync();
        var hub = new EventHub(profile.Database);
        await using var one = Listen(hub);
        await using var other = Listen(hub);
        var firsts = (NextAsync(one), NextAsync(other));
        hub.Publish(new ChatEvent.Notice("begins"));
        await Task.WhenAll(firsts.Item1, firsts.Item2);
        await hub.AlarmAsync("two histories");
        for (var i = 0; i < 5000; i++) hub.Publish(new ChatEvent.PresenceChanged(Bob));
        foreach (var events in (IAsyncEnumerator<ChatEvent>[])[one, other])
        {
            ChatEvent happening;
            do happening = await NextAsync(events);
            while (happening is not ChatEvent.Alarm);
            Assert.Equal(new ChatEvent.Alarm(1, "two histories"), happening);
        }
    }

    [Fact]
    public async Task Raise_TheSameAgain_IsOneAlarmToldAnew()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.Database.RunAsync(
            static rows =>
            {
                rows.Alarms.Raise("two histories");
                Assert.Equal([new Alarm(1, "two histories")], rows.Alarms.TellAfter(rows.Alarms.Told()));
                Assert.Empty(rows.Alarms.TellAfter(rows.Alarms.Told()));
                rows.Alarms.Raise("two histories");
                Assert.Equal([new Alarm(2, "two histories")], rows.Alarms.TellAfter(rows.Alarms.Told()));
            },
            CancellationToken.None);
        Assert.Equal([new Alarm(2, "two histories")], await AllAsync(profile));
    }

    [Fact]
    public async Task Raise_AboutADevice_NamesItUntilTheDeviceIsOut()
    {
        await using var profile = await TestProfile.CreateAsync();
        var named = new AddedDevice(DeviceId.New(), "Laptop", DateTimeOffset.FromUnixTimeMilliseconds(1_772_000_000_123), AdmittedBy.Administrator);
        var other = new AddedDevice(DeviceId.New(), Name: null, DateTimeOffset.UnixEpoch, AdmittedBy.First);
        await profile.Database.RunAsync(
            rows =>
            {
                rows.Alarms.Raise("one", named);
                rows.Alarms.Raise("another", other);
                rows.Alarms.Raise("two histories");
            },
            CancellationToken.None);
        Assert.Equal([new Alarm(1, "one", named), new Alarm(2, "another", other), new Alarm(3, "two histories")], await AllAsync(profile));
        await profile.Database.RunAsync(rows => rows.Alarms.Forget(named.Device), CancellationToken.None);
        Assert.Equal([2, 3], (await AllAsync(profile)).Select(static alarm => alarm.Id));
    }

    [Fact]
    public async Task Raise_Endlessly_KeepsTheNewestHundred()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.Database.RunAsync(static rows => Enumerable.Range(1, 120).ToList().ForEach(n => rows.Alarms.Raise($"alarm {n}")), CancellationToken.None);
        var kept = await AllAsync(profile);
        Assert.Equal((100, "alarm 21", "alarm 120"), (kept.Count, kept[0].Text, kept[^1].Text));
    }

    [Fact]
    public async Task Open_ProfileOfTheVersionBefore_KeepsItsAlarms()
    {
        var profile = await TestProfile.CreateAsync();
        await profile.Database.RunAsync(
            static rows =>
            {
                string[] later =
                [
                    "DROP TABLE alarm", "DROP TABLE crl", "DROP TABLE introduction", "DROP TABLE part", "ALTER TABLE message DROP COLUMN here", "ALTER TABLE slice DROP COLUMN named",
                    "ALTER TABLE receiving DROP COLUMN author",
                    "DROP TABLE log_head", "DROP TABLE user_list", "DROP TABLE proven_identity", "DROP TABLE admission", "DROP TABLE claim",
                ];
                foreach (var change in later) rows.Execute(change);
                rows.Execute("PRAGMA user_version = 5");
                foreach (var (text, isAlarm) in (IEnumerable<(string, bool)>)[("by the way", false), ("two histories", true)])
                    rows.Execute("INSERT INTO notice(text, alarm) VALUES (?1, ?2)", rows.Seal("notice.text", [], System.Text.Encoding.UTF8.GetBytes(text)), isAlarm);
            },
            CancellationToken.None);
        await profile.Folder.DisposeAsync();
        var again = Assert.IsType<FolderOpening.Opened>(ProfileFolder.Open(profile.Path, TestProfile.Passphrase, create: false)).Folder;
        var (alarms, notices) = await again.Database.RunAsync(static rows => (rows.Alarms.All(), rows.Journal.TakeNotices()), CancellationToken.None);
        Assert.Equal([new Alarm(1, "two histories")], alarms);
        Assert.Equal(["by the way"], notices);
        await again.DisposeAsync();
        Directory.Delete(profile.Path, recursive: true);
    }

    private static IAsyncEnumerator<ChatEvent> Listen(EventHub hub) => hub.ListenAsync(0, CancellationToken.None).GetAsyncEnumerator();

    private static async Task<ChatEvent> NextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TestClient.Patience));
        return events.Current;
    }

    private static Task<List<Alarm>> AllAsync(TestProfile profile) => profile.DoAsync(static rows => rows.Alarms.All());
}
