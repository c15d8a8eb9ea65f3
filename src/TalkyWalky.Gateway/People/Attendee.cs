using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.People;

/// <param name="Presence">Online or away.</param>
internal sealed record Elsewhere(string Username, Presence Presence);

/// <summary>One person who is connected or watched. Guarded by <see cref="Attendance"/>.</summary>
internal sealed class Attendee
{
    private Dictionary<Guid, Elsewhere>? _elsewhere;

    public List<Session> Sessions { get; } = new(1);

    public HashSet<Session>? Watchers { get; set; }

    public DateTimeOffset? LastSeen { get; set; }

    public bool IsElsewhere => _elsewhere is { Count: > 0 };

    /// <summary>By the sessions of this gateway alone.</summary>
    public Presence Here => Sessions.Count == 0 ? Presence.Offline : Sessions.TrueForAll(static session => session.IsAway) ? Presence.Away : Presence.Online;

    /// <summary>Online while any device is, away when all of them say so, wherever they are connected.</summary>
    public Presence Presence
    {
        get
        {
            if (!IsElsewhere || Here == Presence.Online) return Here;
            return _elsewhere!.Values.Any(static one => one.Presence == Presence.Online) ? Presence.Online : Presence.Away;
        }
    }

    /// <summary>As the directory had it when a device connected; null for one who is not connected.</summary>
    public string? Username => Sessions is [var session, ..] ? session.Account.Username : IsElsewhere ? _elsewhere!.Values.First().Username : null;

    public bool IsForgettable => Sessions.Count == 0 && !IsElsewhere && Watchers is not { Count: > 0 };

    public void SetElsewhere(Guid gateway, Elsewhere? now)
    {
        if (now is not null) (_elsewhere ??= [])[gateway] = now;
        else _elsewhere?.Remove(gateway);
    }

    public Session[] WatchersIfChanged(Presence before) => before != Presence && Watchers is { Count: > 0 } watchers ? [.. watchers] : [];
}
