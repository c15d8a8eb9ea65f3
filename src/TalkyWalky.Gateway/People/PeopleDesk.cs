using Google.Protobuf;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Log;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.People;

/// <summary>Answers who someone is and who is there.</summary>
internal sealed class PeopleDesk(IDirectory directory, IStore store, LogDesk log, Attendance attendance)
{
    /// <summary>Bytes of people in one answer; what would pass it goes on the next page.</summary>
    private const int PageBytes = Limits.Frame - 4096;

    /// <summary>People described at once: with profile records a page holds some hundred.</summary>
    private const int Chunk = 64;

    public async Task<ServerFrame> LookupAsync(Lookup lookup, CancellationToken cancellation)
    {
        if (await FindAsync(lookup, cancellation) is not { } account)
            return new Refusal(RefusalCode.UnknownUser, "nobody here has that name; check its spelling").ToFrame(lookup.Request);
        if (!account.Enabled) return Refusal.NotAllowed("the account of this person is disabled; ask your administrator").ToFrame(lookup.Request);
        var found = await DescribeAsync([account], cancellation);
        var statements = await log.StatementsAsync([account.User], cancellation);
        return new ServerFrame { PersonFound = await WithDevicesAsync(found[0], account.User, statements, lookup.Request, cancellation) };
    }

    /// <summary>The devices of many people; as many people as fit.</summary>
    public async Task<ServerFrame> RosterAsync(FetchRoster fetch, CancellationToken cancellation)
    {
        if (fetch.Users.Count > Limits.Roster) return Refusal.TooLarge($"a roster is asked for of at most {Limits.Roster} people at once").ToFrame(fetch.Request);
        var users = new UserId[fetch.Users.Count];
        for (var i = 0; i < users.Length; i++)
        {
            if (!UserId.TryRead(fetch.Users[i].Span, out users[i])) return Refusal.Malformed("a user id has 16 bytes").ToFrame(fetch.Request);
        }

        var page = new RosterPage { Request = fetch.Request };
        var bytes = 0;
        foreach (var chunk in users.Chunk(Chunk))
        {
            var people = await FindAsync(chunk, cancellation);
            var statements = await log.StatementsAsync(chunk, cancellation);
            foreach (var user in chunk)
            {
                if (people.TryGetValue(user, out var person))
                {
                    var found = await WithDevicesAsync(person, user, statements, request: 0, cancellation);
                    bytes += found.CalculateSize() + 8;
                    if (bytes > PageBytes && page.Answered > 0) return new ServerFrame { RosterPage = page };
                    page.People.Add(found);
                }

                page.Answered++;
            }
        }

        return new ServerFrame { RosterPage = page };
    }

    public async Task<ServerFrame> ListAsync(ListUsers list, CancellationToken cancellation)
    {
        var limit = list.Limit is 0 or > Limits.UsersPage ? Limits.UsersPage : (int)list.Limit;
        var accounts = list.ActiveOnly ? await ReadActiveAsync(list.After, limit + 1, cancellation) : await ReadPageAsync(list.After, limit + 1, cancellation);
        var users = new Users { Request = list.Request };
        var bytes = 0;
        foreach (var chunk in accounts.Chunk(Chunk))
        {
            foreach (var person in await DescribeAsync(chunk, cancellation))
            {
                bytes += person.CalculateSize() + 8;
                users.More = users.People.Count == limit || bytes > PageBytes;
                if (users.More) return new ServerFrame { Users = users };
                users.People.Add(person);
            }
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

    // By the names under which they connected: a rename counts from the next connection.
    private async Task<List<Account>> ReadActiveAsync(string after, int count, CancellationToken cancellation)
    {
        var accounts = new List<Account>(count);
        while (true)
        {
            var wanted = count - accounts.Count;
            var names = attendance.Active(after, wanted);
            var found = (await directory.FindAsync([.. names.Select(static one => one.User)], cancellation)).Where(static account => account.Enabled).ToLookup(static account => account.User);
            accounts.AddRange(names.Where(one => found.Contains(one.User)).Select(one => found[one.User].First() with { Username = one.Username }));
            if (accounts.Count == count || names.Count < wanted) return accounts;
            after = names[^1].Username;
        }
    }

    // Disabled accounts are left out, so one page may need more than one read.
    private async Task<List<Account>> ReadPageAsync(string after, int count, CancellationToken cancellation)
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

        return accounts;
    }

    private async Task<Dictionary<UserId, Person>> FindAsync(UserId[] users, CancellationToken cancellation)
    {
        var accounts = (await directory.FindAsync(users, cancellation)).Where(static account => account.Enabled).DistinctBy(static account => account.User).ToArray();
        var people = await DescribeAsync(accounts, cancellation);
        return accounts.Zip(people).ToDictionary(static pair => pair.First.User, static pair => pair.Second);
    }

    // The log is asked before the devices: a list that names a certificate comes after it.
    private async Task<PersonFound> WithDevicesAsync(
        Person person, UserId user, IReadOnlyDictionary<UserId, Wire.Frames.UserStatement> statements, ulong request, CancellationToken cancellation)
    {
        var found = new PersonFound { Request = request, Person = person, Statement = statements.GetValueOrDefault(user) };
        foreach (var device in await store.DevicesOfAsync(user, cancellation))
        {
            if (!device.IsListed) continue;
            found.Devices.Add(Describe(device));
            if (device.Approval is { } approval) found.Statement?.Approvals.Add(UnsafeByteOperations.UnsafeWrap(approval));
        }

        return found;
    }

    /// <summary>One for each account, in their order.</summary>
    private async Task<Person[]> DescribeAsync(Account[] accounts, CancellationToken cancellation)
    {
        var users = Array.ConvertAll(accounts, static account => account.User);
        var absent = users.Where(user => attendance.Of(user).Presence == Presence.Offline).ToList();
        var lastSeen = await store.LastSeenAsync(absent, cancellation);
        var profiles = await store.ProfilesAsync(users, cancellation);
        return Array.ConvertAll(accounts, account =>
        {
            var (presence, seen) = attendance.Of(account.User);
            var last = seen ?? (lastSeen.TryGetValue(account.User, out var stored) ? stored : null);
            return new Person
            {
                User = UnsafeByteOperations.UnsafeWrap(account.User.ToArray()),
                Username = account.Username,
                FullName = account.FullName,
                Presence = presence,
                LastSeen = presence == Presence.Offline && last is { } time ? time.ToUnixTimeMilliseconds() : 0,
                Profile = profiles.TryGetValue(account.User, out var profile) ? UnsafeByteOperations.UnsafeWrap(profile) : ByteString.Empty,
            };
        });
    }

    private static Device Describe(DeviceRecord record) => new()
    {
        Device_ = UnsafeByteOperations.UnsafeWrap(record.Device.ToArray()),
        IdentityCertificate = UnsafeByteOperations.UnsafeWrap(record.IdentityCertificate),
        EncryptionCertificate = UnsafeByteOperations.UnsafeWrap(record.EncryptionCertificate),
    };
}
