using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using TalkyWalky.Gateway.Cluster;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.People;

/// <param name="LastSeen">When the person's last session ended, if this process knows; null while connected.</param>
internal readonly record struct Attending(Presence Presence, DateTimeOffset? LastSeen);

/// <summary>
/// Who is connected, here and to other gateways, and who here watches whom. One lock over small maps; watchers are told outside of it, other gateways inside: they
/// must hear it in the order in which it happened.
/// </summary>
internal sealed class Attendance(GatewayVoice voice)
{
    /// <summary>People in one message to the other gateways.</summary>
    private const int Part = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<DeviceId, Session> _devices = [];
    private readonly Dictionary<UserId, Attendee> _people = [];
    private readonly ByteString _self = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());
    private ulong _round;

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
            var (here, before) = (entry.Here, entry.Presence);
            entry.Sessions.Add(session);
            entry.LastSeen = null;
            SayIfChanged(session.User, entry, here);
            watchers = entry.WatchersIfChanged(before);
        }

        Tell(watchers, session.User);
        return replaced;
    }

    /// <summary>Removes a session and its watch list. True when it was the person's last one here.</summary>
    public bool Leave(Session session, DateTimeOffset now)
    {
        Session[] watchers;
        bool last;
        lock (_gate)
        {
            if (_devices.GetValueOrDefault(session.Device) == session) _devices.Remove(session.Device);
            Unwatch(session);
            var entry = _people[session.User];
            var (here, before) = (entry.Here, entry.Presence);
            entry.Sessions.Remove(session);
            last = entry.Sessions.Count == 0;
            if (last && !entry.IsElsewhere) entry.LastSeen = now;
            SayIfChanged(session.User, entry, here, now, session.Account.Username);
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
            var (here, before) = (entry.Here, entry.Presence);
            session.IsAway = away;
            SayIfChanged(session.User, entry, here);
            watchers = entry.WatchersIfChanged(before);
        }

        Tell(watchers, session.User);
    }

    /// <summary>What another gateway says of a person.</summary>
    /// <param name="now">Null when the person is not connected there any more.</param>
    /// <param name="lastSeen">When the last session there ended.</param>
    public void SetElsewhere(Guid gateway, UserId user, Elsewhere? now, DateTimeOffset? lastSeen)
    {
        Session[] watchers;
        lock (_gate)
        {
            var entry = EntryOf(user);
            var before = entry.Presence;
            entry.SetElsewhere(gateway, now);
            entry.LastSeen = entry.Presence == Presence.Offline ? lastSeen ?? entry.LastSeen : null;
            watchers = entry.WatchersIfChanged(before);
            Forget(user, entry);
        }

        Tell(watchers, user);
    }

    /// <summary>Whether any of these people is connected to another gateway.</summary>
    public bool AnyElsewhere(IEnumerable<UserId> users)
    {
        lock (_gate) return users.Any(user => _people.TryGetValue(user, out var entry) && entry.IsElsewhere);
    }

    /// <summary>Tells the other gateways of everyone who is connected here.</summary>
    public void SayEveryone()
    {
        lock (_gate)
        {
            var round = ++_round;
            var parts = _people.Where(static one => one.Value.Sessions.Count > 0).Chunk(Part).ToArray();
            if (parts.Length == 0) parts = [[]];
            for (var part = 0; part < parts.Length; part++)
            {
                var attendees = new Attendees { Gateway = _self, Round = round, Part = (uint)part, Parts = (uint)parts.Length };
                attendees.People.AddRange(parts[part].Select(static one => Describe(one.Key, one.Value.Username, one.Value.Here)));
                voice.Say(new GatewayNews { Attendees = attendees });
            }
        }
    }

    public void SayFarewell() => voice.Say(new GatewayNews { Farewell = new Farewell { Gateway = _self } });

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
                if (entry.Presence == Presence.Offline && entry.LastSeen is null) unknown.Add(user);
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
                if (_people.TryGetValue(user, out var entry) && entry.Presence == Presence.Offline) entry.LastSeen ??= time;
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
    public List<(UserId User, string Username)> Active(string after, int limit)
    {
        var active = new List<(UserId User, string Username)>();
        lock (_gate)
        {
            foreach (var (user, entry) in _people)
            {
                if (entry.Username is { } username && string.CompareOrdinal(username, after) > 0) active.Add((user, username));
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

    private void SayIfChanged(UserId user, Attendee entry, Presence before, DateTimeOffset? lastSeen = null, string? username = null)
    {
        if (entry.Here is var here && here == before) return;
        var changed = new AttendeeChanged
        {
            Gateway = _self,
            Person = Describe(user, entry.Username ?? username, here),
            LastSeen = here == Presence.Offline && lastSeen is { } time ? time.ToUnixTimeMilliseconds() : 0,
        };
        voice.Say(new GatewayNews { AttendeeChanged = changed });
    }

    private static PresentPerson Describe(UserId user, string? username, Presence presence) =>
        new() { User = GatewayVoice.Bytes(user), Username = username ?? "", Presence = presence };

    private static void Tell(Session[] watchers, UserId user)
    {
        foreach (var watcher in watchers) watcher.Outbox.Touch(user);
    }

    // A frame that was being handled when its session left must not bring it back.
    private bool IsHere(Session session, [NotNullWhen(true)] out Attendee? entry) =>
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

    private Attendee EntryOf(UserId user)
    {
        if (!_people.TryGetValue(user, out var entry)) _people.Add(user, entry = new Attendee());
        return entry;
    }

    private void Forget(UserId user, Attendee entry)
    {
        if (entry.IsForgettable) _people.Remove(user);
    }
}
