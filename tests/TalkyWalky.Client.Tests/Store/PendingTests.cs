using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

public sealed class PendingTests
{
    private static readonly DateTimeOffset Noon = TestProfile.Noon;
    private static readonly SessionId Session = new(Digest.Sha256("session"u8));
    private static readonly ConversationId Conversation = new(Digest.Sha256("conversation"u8));

    [Fact]
    public async Task TryAdd_SameMessageTwice_IsKeptOnce()
    {
        await using var profile = await TestProfile.CreateAsync();
        var device = DeviceId.New();
        Assert.True(await AddAsync(profile, device, [1, 2, 3]));
        Assert.True(await AddAsync(profile, device, [1, 2, 3]));
        Assert.Equal(1, await profile.DoAsync(static rows => rows.Pending.Count()));
    }

    [Fact]
    public async Task TryAdd_OneDeviceFillsItsShare_OthersStillFit()
    {
        await using var profile = await TestProfile.CreateAsync();
        var greedy = DeviceId.New();
        await profile.DoAsync(rows => rows.Execute(
            """
            WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < ?1)
            INSERT INTO pending(digest, session, conversation, user, device, received, bytes, asks, ask, value)
            SELECT randomblob(32), ?2, ?2, x'00', ?3, 0, 1, 0, 0, x'' FROM i
            """,
            PendingRows.MaxCountOfDevice, Session.ToArray(), greedy.ToArray()));
        Assert.False(await AddAsync(profile, greedy, [1]));
        Assert.True(await AddAsync(profile, DeviceId.New(), [2]));
    }

    [Fact]
    public async Task ToAsk_ManyMessagesOfOneSession_AsksOnce()
    {
        await using var profile = await TestProfile.CreateAsync();
        var device = DeviceId.New();
        for (byte i = 0; i < 5; i++) await AddAsync(profile, device, [i]);
        Assert.Empty(await profile.DoAsync(static rows => rows.Pending.ToAsk(Noon, 10)));
        var due = Assert.Single(await profile.DoAsync(static rows => rows.Pending.ToAsk(Noon.AddSeconds(30), 10)));
        await profile.DoAsync(rows =>
        {
            rows.Pending.Asked(due, Noon.AddMinutes(2));
            return true;
        });
        Assert.Empty(await profile.DoAsync(static rows => rows.Pending.ToAsk(Noon.AddSeconds(31), 10)));
        Assert.Equal(Noon.AddMinutes(2), await profile.DoAsync(static rows => rows.Pending.NextAsk()));
    }

    [Fact]
    public async Task Expire_OldMessages_AreGivenUpAndCounted()
    {
        await using var profile = await TestProfile.CreateAsync();
        await AddAsync(profile, DeviceId.New(), [1]);
        Assert.Equal(0, await profile.DoAsync(static rows => rows.Pending.Expire(Noon)));
        Assert.Equal(1, await profile.DoAsync(static rows => rows.Pending.Expire(Noon.AddDays(30))));
    }

    private static Task<bool> AddAsync(TestProfile profile, DeviceId device, byte[] jwe) => profile.DoAsync(
        rows => rows.Pending.TryAdd(Session, Conversation, profile.Bob, device, jwe, Noon, Noon.AddSeconds(30)));
}
