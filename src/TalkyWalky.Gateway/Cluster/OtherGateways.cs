using TalkyWalky.Gateway.People;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Cluster;

/// <summary>
/// Who is connected to the other gateways, by what they say: everyone every few <see cref="GatewayTimes.Listening"/>, changes at once. One that is silent for
/// <see cref="GatewayTimes.Silence"/> is gone, and with it its people.
/// </summary>
internal sealed class OtherGateways(Attendance attendance, TimeProvider time)
{
    /// <summary>Gateways beyond this are not heard: an organisation has a handful.</summary>
    private const int MaxGateways = 256;

    /// <summary>Milliseconds: the year 9999.</summary>
    private const long MaxTime = 253_402_300_799_999;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Gateway> _gateways = [];

    public void Take(Attendees attendees)
    {
        lock (_gate)
        {
            if (Find(attendees.Gateway.Span) is not var (id, gateway)) return;
            if (attendees.Round != gateway.Round) (gateway.Round, gateway.Parts) = (attendees.Round, 0);
            foreach (var attendee in attendees.People) Take(id, gateway, attendee, lastSeen: null);
            if (++gateway.Parts == attendees.Parts) Leave(id, gateway, [.. gateway.People.Where(one => one.Value != gateway.Round).Select(static one => one.Key)]);
        }
    }

    public void Take(AttendeeChanged changed)
    {
        lock (_gate)
        {
            if (Find(changed.Gateway.Span) is var (id, gateway))
                Take(id, gateway, changed.Person, changed.LastSeen is > 0 and < MaxTime ? DateTimeOffset.FromUnixTimeMilliseconds(changed.LastSeen) : null);
        }
    }

    public void Take(Farewell farewell)
    {
        lock (_gate)
        {
            if (!TryReadGuid(farewell.Gateway.Span, out var id) || !_gateways.Remove(id, out var gateway)) return;
            Leave(id, gateway, [.. gateway.People.Keys]);
        }
    }

    /// <summary>Gives up the gateways that were not heard of for too long.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var (id, gateway) in _gateways.Where(one => now - one.Value.HeardAt > GatewayTimes.Silence).ToList())
            {
                _gateways.Remove(id);
                Leave(id, gateway, [.. gateway.People.Keys]);
            }
        }
    }

    private void Take(Guid id, Gateway gateway, PresentPerson attendee, DateTimeOffset? lastSeen)
    {
        if (!UserId.TryRead(attendee.User.Span, out var user)) return;
        if (attendee.Presence is Presence.Online or Presence.Away)
        {
            gateway.People[user] = gateway.Round;
            attendance.SetElsewhere(id, user, new Elsewhere(attendee.Username, attendee.Presence), lastSeen: null);
        }
        else if (gateway.People.Remove(user))
        {
            attendance.SetElsewhere(id, user, null, lastSeen);
        }
    }

    private void Leave(Guid id, Gateway gateway, List<UserId> users)
    {
        foreach (var user in users)
        {
            gateway.People.Remove(user);
            attendance.SetElsewhere(id, user, null, gateway.HeardAt);
        }
    }

    private (Guid Id, Gateway Gateway)? Find(ReadOnlySpan<byte> name)
    {
        if (!TryReadGuid(name, out var id)) return null;
        if (!_gateways.TryGetValue(id, out var gateway))
        {
            if (_gateways.Count == MaxGateways) return null;
            _gateways.Add(id, gateway = new Gateway());
        }

        gateway.HeardAt = time.GetUtcNow();
        return (id, gateway);
    }

    private static bool TryReadGuid(ReadOnlySpan<byte> bytes, out Guid id)
    {
        id = bytes.Length == 16 ? new Guid(bytes) : default;
        return bytes.Length == 16;
    }

    private sealed class Gateway
    {
        public DateTimeOffset HeardAt { get; set; }

        public ulong Round { get; set; }

        /// <summary>Of the round, heard so far.</summary>
        public uint Parts { get; set; }

        /// <summary>With the round in which each was last named.</summary>
        public Dictionary<UserId, ulong> People { get; } = [];
    }
}
