using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Engine;

/// <summary>Who is there and how they want to be called: the server's list while connected, else the people known here; changes of those who matter.</summary>
/// <param name="devicesChanged">Somebody's devices are not what they were.</param>
internal sealed class People(Database database, EventHub events, ShownNames names, Action<UserId> devicesChanged)
{
    private const int MaxListed = 100_000, NamesAtOnce = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, PersonInfo> _listed = [];
    private readonly Signal _watch = new();
    private SendContext? _context;
    private bool _away;

    public bool IsConnected
    {
        get
        {
            lock (_gate) return _context is not null;
        }
    }

    public bool IsAway
    {
        get
        {
            lock (_gate) return _away;
        }
    }

    /// <summary>The set of people to watch may have changed.</summary>
    public void ContactsChanged() => _watch.Raise();

    public async Task SetAwayAsync(bool away)
    {
        SendContext? context;
        lock (_gate)
        {
            _away = away;
            context = _context;
        }

        if (context is not null) await context.Link.TellAsync(Presence(away));
    }

    /// <summary>Works for as long as the connection lives.</summary>
    public async Task RunAsync(SendContext context)
    {
        bool away;
        lock (_gate)
        {
            _context = context;
            away = _away;
        }

        try
        {
            if (away) await context.Link.TellAsync(Presence(away));
            _watch.Raise();
            await Task.WhenAll(WatchAsync(context), ReadPresenceAsync(context.Link), ReadChangesAsync(context));
        }
        finally
        {
            lock (_gate) _context = null;
        }
    }

    /// <summary>A person as the server tells of him, called as his own record says. Null when it names nobody.</summary>
    public async Task<PersonInfo?> MeetAsync(Person person, SendContext context)
    {
        if (Told(person) is { } told) await names.LearnAsync([told], context);
        return Read(person);
    }

    public async Task<IReadOnlyList<PersonInfo>> ListAsync(bool activeOnly, CancellationToken cancellation)
    {
        SendContext? context;
        lock (_gate) context = _context;
        if (context is not null && await AskAsync(context, activeOnly, cancellation) is { } people) return people;
        if (activeOnly) return [];
        return await database.RunAsync<IReadOnlyList<PersonInfo>>(
            static rows => [.. rows.Contacts.Everyone().Where(static one => one.Contact is { Kind: ContactKind.Person, User: not null })
                .Select(static one => new PersonInfo(one.Contact.User!.Value, one.Contact.Username, "", PersonPresence.Unknown, null, one.Shown))
                .OrderBy(static one => one.Username, StringComparer.Ordinal)],
            cancellation);
    }

    private async Task<List<PersonInfo>?> AskAsync(SendContext context, bool activeOnly, CancellationToken cancellation)
    {
        var people = new List<PersonInfo>();
        var after = "";
        while (people.Count < MaxListed)
        {
            var answer = await context.Link.AskAsync(new ClientFrame { ListUsers = new ListUsers { ActiveOnly = activeOnly, After = after, Limit = Limits.UsersPage } }).WaitAsync(cancellation);
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.Users, Users: var page }) return null;
            await names.LearnAsync(page.People.Select(Told).OfType<ToldProfile>(), context);
            people.AddRange(page.People.Select(Read).OfType<PersonInfo>());
            if (!page.More || page.People.Count == 0) break;
            after = page.People[^1].Username;
        }

        Remember(people);
        return people;
    }

    private void Remember(List<PersonInfo> people)
    {
        lock (_gate)
        {
            if (_listed.Count > Limits.PresenceWatch) _listed.Clear();
            foreach (var person in people.Take(Limits.PresenceWatch)) _listed[person.User] = person;
        }

        _watch.Raise();
    }

    private async Task WatchAsync(SendContext context)
    {
        var asked = new HashSet<UserId>();
        try
        {
            while (true)
            {
                await _watch.WaitAsync(context.Ended);
                var contacts = await database.RunAsync(static rows => rows.Contacts.All(), context.Ended);
                HashSet<UserId> users = [.. contacts.Select(static one => one.User).OfType<UserId>().Take(Limits.PresenceWatch)];
                await names.GiveAsync(users);
                List<UserId> unasked = [.. users.Where(asked.Add)];
                lock (_gate) users.UnionWith(_listed.Keys);
                var watch = new WatchPresence();
                watch.Users.AddRange(users.Take(Limits.PresenceWatch).Select(static user => ByteString.CopyFrom(user.ToArray())));
                if (!await context.Link.TellAsync(new ClientFrame { WatchPresence = watch })) return;
                // Asked once the server watches: a name that changes meanwhile is in the answer, or told.
                if (!await AskNamesAsync(unasked, context)) return;
            }
        }
        catch (OperationCanceledException) when (context.Ended.IsCancellationRequested)
        {
            // The connection is over.
        }
    }

    /// <summary>What contacts called themselves while this device was away, and what devices the log says they have. False when the connection is over.</summary>
    private async Task<bool> AskNamesAsync(List<UserId> users, SendContext context)
    {
        while (users.Count > 0)
        {
            var ask = new FetchRoster();
            ask.Users.AddRange(users.Take(NamesAtOnce).Select(static user => ByteString.CopyFrom(user.ToArray())));
            var answer = await context.Link.AskAsync(new ClientFrame { FetchRoster = ask });
            if (answer is null) return false;
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.RosterPage, RosterPage: { Answered: > 0 } page } || page.Answered > ask.Users.Count) return true;
            foreach (var user in await names.LearnAsync(page.People.Select(static found => Told(found.Person)).OfType<ToldProfile>(), context)) await TellAsync(user);
            await context.Rosters.SeeAsync(page.People);
            users.RemoveRange(0, (int)page.Answered);
        }

        return true;
    }

    private async Task ReadPresenceAsync(GatewayLink link)
    {
        await foreach (var change in link.Presence.ReadAllAsync(CancellationToken.None))
        {
            if (!UserId.TryRead(change.User.Span, out var user) || await NameAsync(user) is not { } known) continue;
            var person = known with { Presence = Translate(change.Presence), LastSeen = Time(change.LastSeen) };
            lock (_gate)
            {
                if (_listed.Count < 2 * Limits.PresenceWatch || _listed.ContainsKey(user)) _listed[user] = person;
            }

            events.Publish(new ChatEvent.PresenceChanged(person));
        }
    }

    private async Task ReadChangesAsync(SendContext context)
    {
        await foreach (var change in context.Link.PersonChanges.ReadAllAsync(CancellationToken.None))
        {
            if (!UserId.TryRead(change.User.Span, out var user)) continue;
            if ((await names.LearnAsync([new ToldProfile(user, change.Profile.Memory)], context)).Contains(user)) await TellAsync(user);
            if (change.DevicesChanged) devicesChanged(user);
        }
    }

    private async Task TellAsync(UserId user)
    {
        if (await NameAsync(user) is not { } known) return;
        lock (_gate)
        {
            if (_listed.ContainsKey(user)) _listed[user] = known;
        }

        events.Publish(new ChatEvent.PresenceChanged(known));
    }

    private async Task<PersonInfo?> NameAsync(UserId user)
    {
        lock (_gate)
        {
            if (_listed.TryGetValue(user, out var listed)) return listed with { Name = names.Of(user) };
        }

        var (username, name) = await database.RunAsync(
            rows => (user == rows.Messages.Owner.User ? rows.Messages.Owner.Username : rows.Contacts.Find(user)?.Username, rows.Names.Shown(user)), CancellationToken.None);
        return username is null ? null : new PersonInfo(user, username, "", PersonPresence.Unknown, null, names.Of(user) ?? name);
    }

    private static ClientFrame Presence(bool away) =>
        new() { SetPresence = new SetPresence { Presence = away ? Wire.Frames.Presence.Away : Wire.Frames.Presence.Online } };

    private PersonInfo? Read(Person person) => UserId.TryRead(person.User.Span, out var user)
        ? new PersonInfo(user, person.Username, person.FullName, Translate(person.Presence), Time(person.LastSeen), names.Of(user))
        : null;

    private static ToldProfile? Told(Person? person) =>
        person is { Profile.IsEmpty: false } && UserId.TryRead(person.User.Span, out var user) ? new ToldProfile(user, person.Profile.Memory) : null;

    private static DateTimeOffset? Time(long milliseconds) =>
        milliseconds <= 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static PersonPresence Translate(Presence presence) => presence switch
    {
        Wire.Frames.Presence.Online => PersonPresence.Online,
        Wire.Frames.Presence.Away => PersonPresence.Away,
        Wire.Frames.Presence.Offline => PersonPresence.Offline,
        _ => PersonPresence.Unknown,
    };
}
