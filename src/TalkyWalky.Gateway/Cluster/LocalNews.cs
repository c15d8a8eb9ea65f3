using Google.Protobuf;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Publishing;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Cluster;

/// <summary>Brings changes to those who are connected here, whichever process made them.</summary>
internal sealed class LocalNews(Attendance attendance, Rosters rosters, RoomRosters roomRosters)
{
    /// <summary>Forgets what is remembered of a person's account and devices.</summary>
    public void Invalidate(UserId user)
    {
        rosters.Invalidate(user);
        roomRosters.Invalidate(user);
    }

    /// <summary>Returns the sessions that end.</summary>
    public IReadOnlyList<Session> Disconnect(UserId user, Ending ending)
    {
        Invalidate(user);
        var sessions = attendance.SessionsOf(user);
        foreach (var session in sessions) session.End(ending);
        return sessions;
    }

    /// <summary>Returns the session that ends, if there is one here.</summary>
    public Session? DisconnectDevice(UserId user, DeviceId device, Ending ending)
    {
        Invalidate(user);
        var session = attendance.SessionOf(device);
        session?.End(ending);
        Tell(attendance.Everyone(), Hint.DevicesChanged(user));
        return session;
    }

    public void DevicesChanged(UserId user)
    {
        Invalidate(user);
        Tell(attendance.CircleOf(user), Hint.DevicesChanged(user));
    }

    public void ProfileChanged(UserId user, ByteString record, Session? except) =>
        Tell(attendance.CircleOf(user).Where(session => session != except), Hint.ProfileChanged(user, record));

    public void RoomAdvanced(Hint hint, IEnumerable<UserId> people, Session? except) =>
        Tell(attendance.SessionsOf(people.Distinct()).Where(session => session != except), hint);

    private static void Tell(IEnumerable<Session> sessions, Hint hint)
    {
        foreach (var session in sessions) session.Tell(hint);
    }
}
