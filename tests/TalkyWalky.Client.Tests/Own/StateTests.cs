using TalkyWalky.Client.Own;
using TalkyWalky.Client.Receive;
using TalkyWalky.Client.Store;
using TalkyWalky.Client.Tests.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Own;

public sealed class StateTests
{
    private static readonly DeviceId Phone = DeviceId.New(), Laptop = DeviceId.New();
    private static readonly DateTimeOffset Noon = TestProfile.Noon;

    [Fact]
    public async Task Put_InAnyOrder_TheLaterWinsAndOfEqualTimesTheGreaterDevice()
    {
        StateEntry[] entries = [Entry(1, Phone, "a"), Entry(3, Phone, "b"), Entry(3, Laptop, "c"), Entry(2, Laptop, "d")];
        var expected = Phone.CompareTo(Laptop) > 0 ? "b" : "c";
        await using var profile = await TestProfile.CreateAsync();
        foreach (var order in Permutations(entries))
        {
            var value = await profile.DoAsync(rows =>
            {
                rows.States.Remove(OwnSettings.Read);
                foreach (var entry in order) rows.States.Put(entry, isDue: false);
                return rows.States.Find(OwnSettings.Read)!.Value;
            });
            Assert.Equal(expected, value);
        }

        static StateEntry Entry(long time, DeviceId device, string value) => new(OwnSettings.Read, time, device, value);
    }

    [Fact]
    public void Body_WrittenAndRead_IsTheSame_AndAnythingElseIsRefused()
    {
        StateEntry[] entries = [new(OwnSettings.Delivered, 5, Phone, "0"), new(ConversationDesk.Muted + new string('a', 64), 6, Laptop, "1"), new(NameHistory.NameOf(7), 7, Phone, "Ann \"x\"")];
        var text = StateBody.Write(entries);
        Assert.Equal(entries, StateBody.TryRead(text));
        for (var length = 0; length < text.Length; length++) Assert.Null(StateBody.TryRead(text.AsSpan(0, length)));
        Assert.Null(StateBody.TryRead(StateBody.Write([new StateEntry("password", 5, Phone, "0")])));
        Assert.Null(StateBody.TryRead(StateBody.Write([.. Enumerable.Range(0, StateBody.MaxEntries + 1).Select(static i => new StateEntry(NameHistory.NameOf(i), i, Phone, "x"))])));
    }

    [Fact]
    public async Task ReadMark_OfAMessageThatIsNotHereYet_HoldsOnceItIs()
    {
        await using var profile = await TestProfile.CreateAsync();
        var message = MessageId.New();
        var conversation = (await profile.DoAsync(static rows => rows.Contacts.Find(1)))!.Conversation!.Value;
        var mark = new StateEntry(ConversationDesk.Read + conversation, Noon.ToUnixTimeMilliseconds(), Phone, $"{profile.Bob}:{message}");
        var unread = await profile.DoAsync(rows =>
        {
            var changed = new HashSet<long>();
            StateChanges.Apply(rows, [mark], Noon, changed);
            Assert.Empty(changed);
            rows.Messages.AddReceived(new ReceivedText(profile.Bob, message, 1, new SessionId(Digest.Sha256([])), 0, Noon, null, "0", null, Mine: false), Noon);
            var before = rows.Conversations.Find(1).Unread;
            StateChanges.Retry(rows, changed);
            return (before, rows.Conversations.Find(1).Unread);
        });
        Assert.Equal((1, 0), unread);
    }

    [Fact]
    public async Task State_FromAClockFarAhead_IsNotKept()
    {
        await using var profile = await TestProfile.CreateAsync();
        await profile.DoAsync(static rows =>
        {
            StateChanges.Apply(rows, [new StateEntry(OwnSettings.TypingName, Noon.AddDays(2).ToUnixTimeMilliseconds(), Phone, OwnSettings.Off)], Noon, new HashSet<long>());
            return true;
        });
        Assert.True((await profile.DoAsync(OwnSettings.Of)).Typing);
    }

    [Fact]
    public async Task State_FromSomeoneElse_IsRefusedAndChangesNothing()
    {
        await using var profile = await TestProfile.CreateAsync();
        var body = StateBody.Write([new StateEntry(OwnSettings.TypingName, 5, Phone, OwnSettings.Off)]);
        var (stranger, outside) = await profile.DoAsync(rows =>
        {
            var mail = new OwnMail(rows, profile.Me, Phone, Noon, new InboxResult());
            var direct = ConversationId.Direct(rows.Rooms.Anchor, profile.Me, profile.Bob);
            return (mail.Take(new OwnLetter(profile.Bob, Laptop, direct, 1, StateBody.Kind, body)),
                mail.Take(new OwnLetter(profile.Me, Laptop, direct, 1, StateBody.Kind, body)));
        });
        Assert.NotNull(stranger);
        Assert.NotNull(outside);
        Assert.True((await profile.DoAsync(OwnSettings.Of)).Typing);
    }

    [Fact]
    public async Task NameHistory_ClearedOnOneDevice_IsNotBroughtBackByAnOlderEntry()
    {
        await using var profile = await TestProfile.CreateAsync();
        var left = await profile.DoAsync(static rows =>
        {
            NameHistory.Add(rows, "one", Noon, Phone, isDue: false);
            StateChanges.Apply(rows, [new StateEntry(NameHistory.Cleared, Noon.AddMinutes(1).ToUnixTimeMilliseconds(), Laptop, "")], Noon.AddMinutes(2), new HashSet<long>());
            var late = Noon.AddSeconds(5).ToUnixTimeMilliseconds();
            StateChanges.Apply(rows, [new StateEntry(NameHistory.NameOf(late), late, Laptop, "two")], Noon.AddMinutes(2), new HashSet<long>());
            NameHistory.Add(rows, "three", Noon.AddMinutes(3), Phone, isDue: false);
            return NameHistory.Read(rows);
        });
        Assert.Equal(["three"], left.Select(static used => used.Name));
    }

    private static IEnumerable<StateEntry[]> Permutations(StateEntry[] entries)
    {
        if (entries.Length <= 1) return [entries];
        return entries.SelectMany((first, i) => Permutations([.. entries[..i], .. entries[(i + 1)..]]).Select(rest => (StateEntry[])[first, .. rest]));
    }
}
