using System.Diagnostics.CodeAnalysis;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.People;

/// <param name="LastSeen">When the person's last session ended, if this process knows; null while connected.</param>
internal readonly record struct Attending(Presence Presence, DateTimeOffset? LastSeen);

/// <summary>
/// Who is connected to this gateway, and who watches whom. Online while any device is, away when all of them say so. One lock over small maps;
/// watchers are told outside of it.
/// </summary>
internal sealed class Attendance
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DeviceId, Session> _devices = [];
    private readonly Dictionary<UserId, Entry> _people = [];

    /// <summary>Adds a session and returns the one of the same device that it replaces.</summary>
    public Session? Enter(Session session)
    {
        Session? replaced;
        Session[] watchers;
        lock (_gate)
        {
            _devices.TryGetValue(session.Device, out replaced);
            _devices[session.Device] = session;
            var entry = EntryOf(session.User);
            var before = entry.Presence;
            entry.Sessions.Add(session);
            entry.LastSeen = null;
            watchers = entry.WatchersIfChanged(before);
        }

        Tell(watchers, session.User);
        return replaced;
    }

    /// <summary>Removes a session and its watch list. True when it was the person's last one.</summary>
    public bool Leave(Session session, DateTimeOffset now)
    {
        Session[] watchers;
        bool last;
        lock (_gate)
        {
            if (_devices.GetValueOrDefault(session.Device) == session) _devices.Remove(session.Device);
            Unwatch(session);
            var entry = _people[session.User];
            var before = entry.Presence;
            entry.Sessions.Remove(session);
            last = entry.Sessions.Count == 0;
            if (last) entry.LastSeen = now;
            watchers = entry.WatchersIfChanged(before);
            Forget(session.User, entry);
        }

        Tell(watchers, session.User);
        return last;
    }

    public void SetAway(Session session, bool away)
    {
        Session[] watchers;
        lock (_gate)
        {
            if (!IsHere(session, out var entry)) return;
            var before = entry.Presence;
            session.IsAway = away;
            watchers = entry.WatchersIfChanged(before);
        }

        Tell(watchers, session.User);
    }

    /// <summary>Replaces a session's watch list and returns those of whom it is not known here when they were last seen.</summary>
    public List<UserId> Watch(Session session, HashSet<UserId> users)
    {
        var unknown = new List<UserId>();
        lock (_gate)
        {
            if (!IsHere(session, out _)) return unknown;
            Unwatch(session);
            session.Watched = users;
            foreach (var user in users)
            {
                var entry = EntryOf(user);
                (entry.Watchers ??= []).Add(session);
                if (entry.Sessions.Count == 0 && entry.LastSeen is null) unknown.Add(user);
            }
        }

        return unknown;
    }

    /// <summary>Notes what the store knows about people who are watched but not here.</summary>
    public void Recall(IReadOnlyDictionary<UserId, DateTimeOffset> lastSeen)
    {
        lock (_gate)
        {
            foreach (var (user, time) in lastSeen)
            {
                if (_people.TryGetValue(user, out var entry) && entry.Sessions.Count == 0) entry.LastSeen ??= time;
            }
        }
    }

    public Attending Of(UserId user)
    {
        lock (_gate)
        {
            return _people.TryGetValue(user, out var entry) ? new Attending(entry.Presence, entry.LastSeen) : new Attending(Presence.Offline, LastSeen: null);
        }
    }

    /// <summary>Connected people by username in ordinal order, those after <paramref name="after"/>.</summary>
    public List<Account> Active(string after, int limit)
    {
        var active = new List<Account>();
        lock (_gate)
        {
            foreach (var entry in _people.Values)
            {
                if (entry.Sessions is not [var session, ..]) continue;
                if (string.CompareOrdinal(session.Account.Username, after) > 0) active.Add(session.Account);
            }
        }

        active.Sort(static (one, other) => string.CompareOrdinal(one.Username, other.Username));
        if (active.Count > limit) active.RemoveRange(limit, active.Count - limit);
        return active;
    }

    public Session[] SessionsOf(UserId user)
    {
        lock (_gate)
        {
            return _people.TryGetValue(user, out var entry) ? [.. entry.Sessions] : [];
        }
    }

    public Session? SessionOf(DeviceId device)
    {
        lock (_gate)
        {
            return _devices.GetValueOrDefault(device);
        }
    }

    /// <summary>The sessions of everyone in a set of people.</summary>
    public List<Session> SessionsOf(IEnumerable<UserId> users)
    {
        var sessions = new List<Session>();
        lock (_gate)
        {
            foreach (var user in users)
            {
                if (_people.TryGetValue(user, out var entry)) sessions.AddRange(entry.Sessions);
            }
        }

        return sessions;
    }

    /// <summary>Those who watch a person, and the person's own sessions.</summary>
    public HashSet<Session> CircleOf(UserId user)
    {
        lock (_gate)
        {
            return _people.TryGetValue(user, out var entry) ? [.. entry.Sessions, .. entry.Watchers ?? []] : [];
        }
    }

    public Session[] Everyone()
    {
        lock (_gate)
        {
            return [.. _devices.Values];
        }
    }

    private static void Tell(Session[] watchers, UserId user)
    {
        foreach (var watcher in watchers) watcher.Outbox.Touch(user);
    }

    // A frame that was being handled when its session left must not bring it back.
    private bool IsHere(Session session, [NotNullWhen(true)] out Entry? entry) =>
        _people.TryGetValue(session.User, out entry) && entry.Sessions.Contains(session);

    private void Unwatch(Session session)
    {
        foreach (var user in session.Watched)
        {
            var entry = _people[user];
            entry.Watchers?.Remove(session);
            Forget(user, entry);
        }

        session.Watched = [];
    }

    private Entry EntryOf(UserId user)
    {
        if (!_people.TryGetValue(user, out var entry)) _people.Add(user, entry = new Entry());
        return entry;
    }

    private void Forget(UserId user, Entry entry)
    {
        if (entry.Sessions.Count == 0 && entry.Watchers is not { Count: > 0 }) _people.Remove(user);
    }

    private sealed class Entry
    {
        public List<Session> Sessions { get; } = new(1);

        public HashSet<Session>? Watchers { get; set; }

        public DateTimeOffset? LastSeen { get; set; }

        public Presence Presence =>
            Sessions.Count == 0 ? Presence.Offline : Sessions.TrueForAll(static session => session.IsAway) ? Presence.Away : Presence.Online;

        public Session[] WatchersIfChanged(Presence before) => before != Presence && Watchers is { Count: > 0 } watchers ? [.. watchers] : [];
    }
}
