using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Tests.Store;

public sealed class ContactRowsTests
{
    [Fact]
    public async Task Find_ByName_FollowsWhatIsAddedRenamedAndUndone()
    {
        await using var profile = await TestProfile.CreateAsync();
        Assert.Null(await FindAsync(profile, "carol"));
        var carol = (await profile.DoAsync(static rows => rows.Contacts.Add("carol", UserId.New(), null)))!;
        Assert.Equal(carol.Id, await FindAsync(profile, "CAROL"));
        var second = await profile.DoAsync(static rows => rows.Contacts.Add("carol", UserId.New(), null));
        Assert.Equal(second.Id, await FindAsync(profile, "carol"));

        await profile.DoAsync(rows => rows.Contacts.Ensure(second.User!.Value, "caroline", default));
        Assert.Equal((carol.Id, second.Id), (await FindAsync(profile, "carol"), await FindAsync(profile, "caroline")));

        await Assert.ThrowsAsync<TimeoutException>(() => profile.DoAsync<bool>(static rows =>
        {
            rows.Contacts.Add("dave", UserId.New(), null);
            throw new TimeoutException();
        }));
        Assert.Null(await FindAsync(profile, "dave"));
    }

    private static Task<long?> FindAsync(TestProfile profile, string name) => profile.DoAsync(rows => rows.Contacts.Find(name)?.Id);
}
