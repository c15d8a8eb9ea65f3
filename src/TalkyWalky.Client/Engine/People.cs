using Google.Protobuf;
using TalkyWalky.Client.Connect;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Engine;

/// <summary>Who is there: the server's list while connected, else the people known here; presence changes of those who matter.</summary>
internal sealed class People(Database database, EventHub events)
{
    private const int MaxListed = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, PersonInfo> _listed = [];
    private readonly Signal _watch = new();
    private GatewayLink? _link;
    private bool _away;

    public bool IsConnected
    {
        get
        {
            lock (_gate) return _link is not null;
        }
    }

    /// <summary>The set of people to watch may have changed.</summary>
    public void ContactsChanged() => _watch.Raise();

    public async Task SetAwayAsync(bool away)
    {
        GatewayLink? link;
        lock (_gate)
        {
            _away = away;
            link = _link;
        }

        if (link is not null) await link.TellAsync(Presence(away));
    }

    /// <summary>Works for as long as the connection lives.</summary>
    public async Task RunAsync(GatewayLink link)
    {
        bool away;
        lock (_gate)
        {
            _link = link;
            away = _away;
        }

        try
        {
            if (away) await link.TellAsync(Presence(away));
            _watch.Raise();
            await Task.WhenAll(WatchAsync(link), ReadAsync(link));
        }
        finally
        {
            lock (_gate) _link = null;
        }
    }

    public async Task<IReadOnlyList<PersonInfo>> ListAsync(bool activeOnly, CancellationToken cancellation)
    {
        GatewayLink? link;
        lock (_gate) link = _link;
        if (link is not null && await AskAsync(link, activeOnly, cancellation) is { } people) return people;
        var known = await database.RunAsync(static rows => rows.Contacts.All(), cancellation);
        return activeOnly ? [] : [.. known.Where(static one => one.User is not null)
            .Select(static one => new PersonInfo(one.User!.Value, one.Username, "", PersonPresence.Unknown, null))
            .OrderBy(static one => one.Username, StringComparer.Ordinal)];
    }

    private async Task<List<PersonInfo>?> AskAsync(GatewayLink link, bool activeOnly, CancellationToken cancellation)
    {
        var people = new List<PersonInfo>();
        var after = "";
        while (people.Count < MaxListed)
        {
            var answer = await link.AskAsync(new ClientFrame { ListUsers = new ListUsers { ActiveOnly = activeOnly, After = after, Limit = Limits.UsersPage } }).WaitAsync(cancellation);
            if (answer is not { BodyCase: ServerFrame.BodyOneofCase.Users, Users: var page }) return null;
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

    private async Task WatchAsync(GatewayLink link)
    {
        try
        {
            while (true)
            {
                await _watch.WaitAsync(link.Ended);
                var contacts = await database.RunAsync(static rows => rows.Contacts.All(), link.Ended);
                HashSet<UserId> users = [.. contacts.Select(static one => one.User).OfType<UserId>()];
                lock (_gate) users.UnionWith(_listed.Keys);
                var watch = new WatchPresence();
                watch.Users.AddRange(users.Take(Limits.PresenceWatch).Select(static user => ByteString.CopyFrom(user.ToArray())));
                if (!await link.TellAsync(new ClientFrame { WatchPresence = watch })) return;
            }
        }
        catch (OperationCanceledException) when (link.Ended.IsCancellationRequested)
        {
            // The connection is over.
        }
    }

    private async Task ReadAsync(GatewayLink link)
    {
        await foreach (var change in link.Presence.ReadAllAsync(CancellationToken.None))
        {
            if (!UserId.TryRead(change.User.Span, out var user) || await NameAsync(user) is not { } known) continue;
            var person = known with { Presence = Translate(change.Presence), LastSeen = Time(change.LastSeen) };
            lock (_gate)
            {
                if (_listed.ContainsKey(user)) _listed[user] = person;
            }

            events.Publish(new ChatEvent.PresenceChanged(person));
        }
    }

    private async Task<PersonInfo?> NameAsync(UserId user)
    {
        lock (_gate)
        {
            if (_listed.TryGetValue(user, out var listed)) return listed;
        }

        var contact = await database.RunAsync(rows => rows.Contacts.Find(user), CancellationToken.None);
        return contact is null ? null : new PersonInfo(user, contact.Username, "", PersonPresence.Unknown, null);
    }

    private static ClientFrame Presence(bool away) =>
        new() { SetPresence = new SetPresence { Presence = away ? Wire.Frames.Presence.Away : Wire.Frames.Presence.Online } };

    private static PersonInfo? Read(Person person) => UserId.TryRead(person.User.Span, out var user)
        ? new PersonInfo(user, person.Username, person.FullName, Translate(person.Presence), Time(person.LastSeen))
        : null;

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
