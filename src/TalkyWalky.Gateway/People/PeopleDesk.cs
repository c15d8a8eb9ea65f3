using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.People;

/// <summary>Answers who someone is and who is there.</summary>
internal sealed class PeopleDesk(IDirectory directory, IStore store, Rosters rosters, Attendance attendance)
{
    /// <summary>Bytes of people in one answer; what would pass it goes on the next page.</summary>
    private const int PageBytes = Limits.Frame - 4096;

    public async Task<ServerFrame> LookupAsync(Lookup lookup, CancellationToken cancellation)
    {
        if (await FindAsync(lookup, cancellation) is not { } account)
            return new Refusal(RefusalCode.UnknownUser, "nobody here has that name; check its spelling").ToFrame(lookup.Request);
        if (!account.Enabled) return Refusal.NotAllowed("the account of this person is disabled; ask your administrator").ToFrame(lookup.Request);
        var found = new PersonFound { Request = lookup.Request, Person = await DescribeAsync(account, cancellation) };
        foreach (var device in await rosters.ReadDevicesAsync(account, cancellation))
        {
            if (device.IsListed) found.Devices.Add(Describe(device));
        }

        return new ServerFrame { PersonFound = found };
    }

    public async Task<ServerFrame> ListAsync(ListUsers list, CancellationToken cancellation)
    {
        var limit = list.Limit is 0 or > Limits.UsersPage ? Limits.UsersPage : (int)list.Limit;
        var people = list.ActiveOnly
            ? attendance.Active(list.After, limit + 1).ConvertAll(static active => Describe(active.Account, active.Presence, lastSeen: null))
            : await ReadPageAsync(list.After, limit + 1, cancellation);
        var users = new Users { Request = list.Request };
        var bytes = 0;
        foreach (var person in people)
        {
            bytes += person.CalculateSize() + 8;
            users.More = users.People.Count == limit || bytes > PageBytes;
            if (users.More) break;
            users.People.Add(person);
        }

        return new ServerFrame { Users = users };
    }

    /// <summary>Completes what <see cref="Attendance"/> cannot know of watched people who are not connected.</summary>
    public async Task RecallAsync(List<UserId> users, CancellationToken cancellation)
    {
        if (users.Count > 0) attendance.Recall(await store.LastSeenAsync(users, cancellation));
    }

    public static ServerFrame PresenceOf(UserId user, Attending attending) => new()
    {
        PresenceChanged = new PresenceChanged
        {
            User = UnsafeByteOperations.UnsafeWrap(user.ToArray()),
            Presence = attending.Presence,
            LastSeen = attending.LastSeen?.ToUnixTimeMilliseconds() ?? 0,
        },
    };

    private async Task<Account?> FindAsync(Lookup lookup, CancellationToken cancellation) => lookup.KeyCase switch
    {
        Lookup.KeyOneofCase.Username when lookup.Username.Length is > 0 and <= Limits.DirectoryUsernameMax =>
            await directory.FindAsync(lookup.Username, cancellation),
        Lookup.KeyOneofCase.User when UserId.TryRead(lookup.User.Span, out var user) =>
            await directory.FindAsync(user, cancellation),
        _ => null,
    };

    // Disabled accounts are left out, so one page may need more than one read.
    private async Task<List<Person>> ReadPageAsync(string after, int count, CancellationToken cancellation)
    {
        var accounts = new List<Account>(count);
        var last = after.Length == 0 ? null : after;
        while (accounts.Count < count)
        {
            var read = await directory.ListAsync(last, count, cancellation);
            accounts.AddRange(read.Where(static account => account.Enabled).Take(count - accounts.Count));
            if (read.Count < count) break;
            last = read[^1].Username;
        }

        return await DescribeAsync(accounts, cancellation);
    }

    private async Task<List<Person>> DescribeAsync(List<Account> accounts, CancellationToken cancellation)
    {
        var absent = accounts.Select(static account => account.User).Where(user => attendance.Of(user).Presence == Presence.Offline).ToList();
        var lastSeen = await store.LastSeenAsync(absent, cancellation);
        return accounts.ConvertAll(account =>
        {
            var (presence, seen) = attendance.Of(account.User);
            return Describe(account, presence, seen ?? (lastSeen.TryGetValue(account.User, out var stored) ? stored : null));
        });
    }

    private async Task<Person> DescribeAsync(Account account, CancellationToken cancellation) =>
        (await DescribeAsync([account], cancellation))[0];

    private static Person Describe(Account account, Presence presence, DateTimeOffset? lastSeen) => new()
    {
        User = UnsafeByteOperations.UnsafeWrap(account.User.ToArray()),
        Username = account.Username,
        FullName = account.FullName,
        Presence = presence,
        LastSeen = presence == Presence.Offline && lastSeen is { } time ? time.ToUnixTimeMilliseconds() : 0,
    };

    private static Device Describe(DeviceRecord record) => new()
    {
        Device_ = UnsafeByteOperations.UnsafeWrap(record.Device.ToArray()),
        IdentityCertificate = UnsafeByteOperations.UnsafeWrap(record.IdentityCertificate),
        EncryptionCertificate = UnsafeByteOperations.UnsafeWrap(record.EncryptionCertificate),
    };
}
